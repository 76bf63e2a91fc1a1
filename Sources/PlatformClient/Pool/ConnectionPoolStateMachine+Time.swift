package import NIOCore

extension ConnectionPoolStateMachine {
    /// When ``timePassed(now:jitter:)`` or ``connectionWanted(now:)`` next has something to do, or `nil`.
    package var nextDeadline: NIODeadline? {
        var next: NIODeadline?
        if let request = self.deadlines.first { next = self.requests[request].deadline }
        if let slot = self.connecting.first, case .connecting(let deadline) = self.connections[slot].state {
            next = next.map { min($0, deadline) } ?? deadline
        }
        if let slot = self.idle.first, case .idle(let deadline) = self.connections[slot].state {
            next = next.map { min($0, deadline) } ?? deadline
        }
        if self.consecutiveFailures > 0, !self.waiting.isEmpty, self.connecting.isEmpty, !self.isShuttingDown,
            self.statistics.closing + self.leasedCount < self.limits.maximumConnections
        {
            next = next.map { min($0, self.nextConnect) } ?? self.nextConnect
        }
        return next
    }

    package enum TimeoutAction: Hashable, Sendable {
        /// No connection was free in time.
        case failWaiting(RequestID)
        /// No answer was complete in time; the connection is in doubt.
        case failInFlight(RequestID, close: ConnectionID)
        /// An attempt took too long; the requests are those that no connection is left for.
        case abandonConnect(ConnectionID, failing: [RequestID])
        case closeIdle(ConnectionID)
    }

    /// The next thing that has taken too long, if any; ask until `nil`.
    package mutating func timePassed(now: NIODeadline, jitter: Double) -> TimeoutAction? {
        if let slot = self.deadlines.first, self.requests[slot].deadline <= now {
            return self.failOverdue(slot)
        }
        if let slot = self.connecting.first, case .connecting(let deadline) = self.connections[slot].state,
            deadline <= now
        {
            let id = self.connectionID(slot)
            return .abandonConnect(id, failing: self.abandonConnect(slot, now: now, jitter: jitter))
        }
        if let slot = self.idle.first, case .idle(let deadline) = self.connections[slot].state, deadline <= now {
            self.idle.remove(slot)
            self.connections[slot].state = .closing
            return .closeIdle(self.connectionID(slot))
        }
        return nil
    }

    private mutating func failOverdue(_ slot: Int) -> TimeoutAction {
        let id = self.requestID(slot)
        switch self.requests[slot].state {
        case .waiting:
            self.waiting.remove(slot)
            self.freeRequest(slot)
            return .failWaiting(id)
        case .leased(let connection):
            self.endLease(of: connection)
            self.connections[connection].state = .closing
            self.freeRequest(slot)
            return .failInFlight(id, close: self.connectionID(connection))
        case .free:
            preconditionFailure("A request that is over has no deadline")
        }
    }
}
