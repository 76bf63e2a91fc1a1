package import NIOCore

extension ConnectionPoolStateMachine {
    /// The next connection to open, if one should be; ask after every event that can change the answer, until `nil`.
    ///
    /// One is opened for every waiter that no running attempt will serve. After a failure there is one attempt at a
    /// time, after a pause, until one succeeds: a host that refuses is not hammered.
    package mutating func connectionWanted(now: NIODeadline) -> ConnectionID? {
        guard self.waiting.count > self.connecting.count, !self.isShuttingDown else { return nil }
        guard self.consecutiveFailures == 0 || (self.connecting.isEmpty && now >= self.nextConnect) else { return nil }
        let slot: Int
        if let free = self.freeConnections.popLast() {
            slot = free
        } else if self.connections.count < self.limits.maximumConnections {
            slot = self.connections.count
            self.connections.append(ConnectionSlot())
        } else {
            return nil
        }
        self.connections[slot].state = .connecting(deadline: now + self.limits.connectTimeout)
        self.connections[slot].failuresBefore = self.consecutiveFailures
        self.connections[slot].expiry = self.limits.maximumConnectionAge.map { now + $0 }
        self.connections[slot].isReused = false
        self.connecting.append(slot)
        return self.connectionID(slot)
    }

    package enum ConnectedAction: Hashable, Sendable {
        case send(RequestID)
        case keepIdle
        /// It came too late.
        case close
    }

    /// A connection is ready to carry requests.
    package mutating func connected(_ id: ConnectionID, now: NIODeadline) -> ConnectedAction {
        switch self.state(of: id) {
        case .connecting:
            self.connecting.remove(id.slot)
            self.consecutiveFailures = 0
            return self.useOrKeep(id.slot, now: now).map { .send($0) } ?? .keepIdle
        case .closing:
            return .close
        case .free, .idle, .leased:
            preconditionFailure("A connection is made once: \(self.state(of: id))")
        }
    }

    /// A connection attempt fails, and its socket, if it had one, is on its way out.
    ///
    /// - Returns: The requests to fail: all that wait, if no connection is left that could serve them.
    package mutating func connectFailed(_ id: ConnectionID, now: NIODeadline, jitter: Double) -> [RequestID] {
        switch self.state(of: id) {
        case .connecting:
            return self.abandonConnect(id.slot, now: now, jitter: jitter)
        case .closing:
            return []
        case .free, .idle, .leased:
            preconditionFailure("Only an attempt fails: \(self.state(of: id))")
        }
    }

    package enum BrokenAction: Hashable, Sendable {
        case fail(RequestID)
        /// The request starts again on another connection, inside its deadline.
        case sendAgain(RequestID, on: ConnectionID)
        /// The request waits again, before all others; ask ``connectionWanted(now:)`` when this one is closed.
        case waitAgain(RequestID)
        /// No request is concerned.
        case none
    }

    /// A made connection cannot be used any more: close it.
    ///
    /// A request on a connection that has been used before is sent again when not a byte of its answer has come: the
    /// server closed the connection while it was idle, and our request crossed its close. Every such repetition costs
    /// one used connection, and a new connection is no reason for one, so there are at most as many as connections.
    ///
    /// - Parameters:
    ///   - id: The connection, which must have been made.
    ///   - canRepeat: Whether the connection ended without a byte of the answer.
    /// - Returns: What becomes of its request.
    package mutating func broken(_ id: ConnectionID, canRepeat: Bool) -> BrokenAction {
        switch self.state(of: id) {
        case .idle:
            self.idle.remove(id.slot)
            self.connections[id.slot].state = .closing
            return .none
        case .leased(let request):
            self.endLease(of: id.slot)
            self.connections[id.slot].state = .closing
            guard canRepeat, self.connections[id.slot].isReused, !self.isShuttingDown else {
                let requestID = self.requestID(request)
                self.freeRequest(request)
                return .fail(requestID)
            }
            if let connection = self.idle.popLast() {
                self.lease(connection: connection, to: request)
                return .sendAgain(self.requestID(request), on: self.connectionID(connection))
            }
            self.requests[request].state = .waiting
            self.waiting.prepend(request)
            return .waitAgain(self.requestID(request))
        case .closing:
            return .none
        case .free, .connecting:
            preconditionFailure("Only a made connection breaks: \(self.state(of: id))")
        }
    }

    /// A connection's socket is gone, so another can take its place.
    package mutating func closed(_ id: ConnectionID) {
        guard self.state(of: id) == .closing else {
            preconditionFailure("A connection is given up before it is gone: \(self.state(of: id))")
        }
        self.connections[id.slot].state = .free
        self.connections[id.slot].generation &+= 1
        self.freeConnections.append(id.slot)
    }

    /// Whether every socket is gone.
    package var isDrained: Bool { self.freeConnections.count == self.connections.count }
}

extension ConnectionPoolStateMachine {
    mutating func abandonConnect(_ slot: Int, now: NIODeadline, jitter: Double) -> [RequestID] {
        self.connecting.remove(slot)
        let failures = self.connections[slot].failuresBefore + 1
        if failures > self.consecutiveFailures {
            self.consecutiveFailures = failures
            self.nextConnect = now + self.backoff(jitter: jitter)
        }
        self.connections[slot].state = .closing
        guard self.connecting.isEmpty, self.idle.isEmpty, self.leasedCount == 0 else { return [] }
        return self.takeWaiters()
    }

    /// Full jitter: anything from zero to the current length of the back-off.
    private func backoff(jitter: Double) -> TimeAmount {
        let doublings = min(self.consecutiveFailures - 1, 20)
        let length = self.limits.initialBackoff.nanoseconds.multipliedReportingOverflow(by: 1 << doublings)
        let bounded = length.overflow ? self.limits.maximumBackoff.nanoseconds : length.partialValue
        return .nanoseconds(Int64(Double(min(bounded, self.limits.maximumBackoff.nanoseconds)) * jitter))
    }

    mutating func takeWaiters() -> [RequestID] {
        var taken: [RequestID] = []
        while let request = self.waiting.popFirst() {
            taken.append(self.requestID(request))
            self.freeRequest(request)
        }
        return taken
    }

    func connectionID(_ slot: Int) -> ConnectionID {
        ConnectionID(slot: slot, generation: self.connections[slot].generation)
    }

    /// Connection events come from the shell, in order and once, so a stale one is its error.
    func state(of id: ConnectionID) -> ConnectionState {
        precondition(self.connections[id.slot].generation == id.generation, "Connection \(id) is gone")
        return self.connections[id.slot].state
    }
}
