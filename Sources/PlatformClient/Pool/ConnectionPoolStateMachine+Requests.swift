package import NIOCore

extension ConnectionPoolStateMachine {
    package enum SubmitAction: Hashable, Sendable {
        case send(RequestID, on: ConnectionID)
        /// The request waits; ask ``connectionWanted(now:)``.
        case wait(RequestID)
        case refuseBecauseFull
        case refuseBecauseShutDown
    }

    /// A request arrives; its deadline is counted from `now`.
    package mutating func submit(now: NIODeadline) -> SubmitAction {
        guard !self.isShuttingDown else { return .refuseBecauseShutDown }
        if let connection = self.idle.popLast() {
            let request = self.makeRequest(state: .waiting, now: now)
            self.lease(connection: connection, to: request)
            return .send(self.requestID(request), on: self.connectionID(connection))
        }
        guard self.waiting.count < self.maximumQueue else { return .refuseBecauseFull }
        let request = self.makeRequest(state: .waiting, now: now)
        self.waiting.append(request)
        return .wait(self.requestID(request))
    }

    package enum CancelAction: Hashable, Sendable {
        /// It was waiting and is gone.
        case removed
        /// It was in flight; its connection is in doubt.
        case close(ConnectionID)
        /// It was over already.
        case none
    }

    /// A caller gives up.
    package mutating func cancel(_ id: RequestID) -> CancelAction {
        guard self.requests[id.slot].generation == id.generation else { return .none }
        switch self.requests[id.slot].state {
        case .free:
            return .none
        case .waiting:
            self.waiting.remove(id.slot)
            self.freeRequest(id.slot)
            return .removed
        case .leased(let connection):
            self.endLease(of: connection)
            self.connections[connection].state = .closing
            self.freeRequest(id.slot)
            return .close(self.connectionID(connection))
        }
    }

    package enum AnsweredAction: Hashable, Sendable {
        /// The connection goes on with a request that waited.
        case send(RequestID)
        case keepIdle
        case close
    }

    /// A request's answer is complete; the request is over.
    ///
    /// - Parameters:
    ///   - id: The connection that brought the answer.
    ///   - isReusable: Whether the connection can carry another request for sure.
    ///   - now: The time.
    /// - Returns: What becomes of the connection.
    package mutating func answered(_ id: ConnectionID, isReusable: Bool, now: NIODeadline) -> AnsweredAction {
        guard case .leased(let request) = self.state(of: id) else {
            preconditionFailure("Only a leased connection answers: \(self.state(of: id))")
        }
        self.freeRequest(request)
        self.endLease(of: id.slot)
        let isYoung = self.connections[id.slot].expiry.map { now < $0 } ?? true
        guard isReusable, isYoung, !self.isShuttingDown else {
            self.connections[id.slot].state = .closing
            return .close
        }
        self.connections[id.slot].isReused = true
        return self.useOrKeep(id.slot, now: now).map { .send($0) } ?? .keepIdle
    }

    /// More than the configured waiters only as far as connections can still be opened for them.
    private var maximumQueue: Int {
        let open = self.connections.count - self.freeConnections.count - self.connecting.count
        return self.limits.maximumWaiters + max(self.limits.maximumConnections - open, 0)
    }
}

extension ConnectionPoolStateMachine {
    /// Leases a connection to the request that has waited longest, or keeps it idle.
    mutating func useOrKeep(_ connection: Int, now: NIODeadline) -> RequestID? {
        guard let request = self.waiting.popFirst() else {
            self.connections[connection].state = .idle(deadline: now + self.limits.idleTimeout)
            self.idle.append(connection)
            return nil
        }
        self.lease(connection: connection, to: request)
        return self.requestID(request)
    }

    mutating func lease(connection: Int, to request: Int) {
        self.connections[connection].state = .leased(request: request)
        self.requests[request].state = .leased(connection: connection)
        self.leasedCount += 1
    }

    /// The caller gives the connection its next state.
    mutating func endLease(of connection: Int) {
        self.leasedCount -= 1
    }

    private mutating func makeRequest(state: RequestState, now: NIODeadline) -> Int {
        let slot: Int
        if let free = self.freeRequests.popLast() {
            slot = free
        } else {
            slot = self.requests.count
            self.requests.append(RequestSlot())
        }
        self.requests[slot].state = state
        self.requests[slot].deadline = now + self.limits.requestTimeout
        self.deadlines.append(slot)
        return slot
    }

    mutating func freeRequest(_ slot: Int) {
        precondition(self.requests[slot].state != .free, "A request ends once")
        self.deadlines.remove(slot)
        self.requests[slot].state = .free
        self.requests[slot].generation &+= 1
        self.freeRequests.append(slot)
    }

    func requestID(_ slot: Int) -> RequestID {
        RequestID(slot: slot, generation: self.requests[slot].generation)
    }
}
