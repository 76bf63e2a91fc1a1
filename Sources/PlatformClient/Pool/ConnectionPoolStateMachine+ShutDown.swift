extension ConnectionPoolStateMachine {
    /// What a shutdown takes down at once.
    package struct ShutDownAction: Hashable, Sendable {
        package var failing: [RequestID] = []
        package var closing: [ConnectionID] = []
    }

    /// No further requests: waiters fail, unused connections close, requests in flight go on.
    package mutating func shutDown() -> ShutDownAction {
        self.isShuttingDown = true
        var action = ShutDownAction(failing: self.takeWaiters())
        while let slot = self.idle.popFirst() {
            self.connections[slot].state = .closing
            action.closing.append(self.connectionID(slot))
        }
        while let slot = self.connecting.popFirst() {
            self.connections[slot].state = .closing
            action.closing.append(self.connectionID(slot))
        }
        return action
    }

    /// The grace is over: requests in flight fail.
    package mutating func abort() -> ShutDownAction {
        precondition(self.isShuttingDown, "A shutdown begins with its grace")
        var action = ShutDownAction()
        for slot in self.connections.indices {
            guard case .leased(let request) = self.connections[slot].state else { continue }
            self.endLease(of: slot)
            self.connections[slot].state = .closing
            action.closing.append(self.connectionID(slot))
            action.failing.append(self.requestID(request))
            self.freeRequest(request)
        }
        return action
    }
}
