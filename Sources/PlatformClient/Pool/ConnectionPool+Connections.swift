internal import Foundation
internal import Logging
internal import LoginContracts
internal import NIOCore

/// Events of connections.
extension ConnectionPool {
    func openWantedConnections(now: NIODeadline) {
        while let id = self.machine.connectionWanted(now: now) {
            let connection = PlatformConnection(id: id, pool: self)
            if id.slot < self.connections.count {
                self.connections[id.slot] = connection
            } else {
                self.connections.append(connection)
            }
            self.connector.connect(connection)
        }
    }

    /// A connection is ready for requests.
    func connected(_ connection: PlatformConnection) {
        let now = NIODeadline.now()
        self.lastConnectError = nil
        switch self.machine.connected(connection.id, now: now) {
        case .send(let request): self.send(request, on: connection, now: now)
        case .keepIdle: break
        case .close: connection.close()
        }
        self.openWantedConnections(now: now)
        self.rearm()
    }

    /// An attempt has failed; `hasSocket` says whether ``closed(_:)`` will follow.
    func connectFailed(_ connection: PlatformConnection, _ error: ValidationClientError, hasSocket: Bool) {
        let now = NIODeadline.now()
        self.lastConnectError = error
        self.logger.debug("Connection attempt failed", metadata: LogKey.metadata(of: error))
        let failing = self.machine.connectFailed(connection.id, now: now, jitter: .random(in: 0..<1))
        if hasSocket { connection.close() } else { self.forget(connection) }
        self.finish(failing, error)
        self.openWantedConnections(now: now)
        self.rearm()
    }

    /// A connection brought a whole answer.
    func answered(_ connection: PlatformConnection, _ answer: RawAnswer, to id: RequestID, isReusable: Bool) {
        let now = NIODeadline.now()
        let pending = self.pending[id.slot]!
        switch self.machine.answered(connection.id, isReusable: isReusable, now: now) {
        case .send(let next): self.send(next, on: connection, now: now)
        case .keepIdle: break
        case .close: connection.close()
        }
        let verdict = self.decoder.decode(
            status: answer.status,
            retryAfter: answer.retryAfter,
            body: answer.body.map { Array(buffer: $0) },
            arrival: Timestamp(Int64(Date().timeIntervalSince1970 * 1000)),
            request: pending.request,
            secrets: [pending.credentials.appSecret, pending.credentials.adminKey]
        )
        let latency = Duration.nanoseconds((now - pending.sentAt!).nanoseconds)
        self.finish(id, .success(ValidationAnswer(verdict: verdict, latency: latency)))
        self.rearm()
    }

    /// A connection cannot be used any more; it is closed, and its request, if any, fails or starts again.
    func broken(_ connection: PlatformConnection, _ error: ValidationClientError, canRepeat: Bool) {
        let action = self.machine.broken(connection.id, canRepeat: canRepeat)
        connection.close()
        switch action {
        case .fail(let request):
            self.logger.debug("Request failed", metadata: LogKey.metadata(of: error))
            self.finish(request, .failure(error))
        case .sendAgain(let request, on: let other):
            self.send(request, on: self.connections[other.slot]!, now: .now())
        case .waitAgain:
            self.openWantedConnections(now: .now())
        case .none:
            break
        }
        self.rearm()
    }

    /// A connection's socket is gone; ``broken(_:_:canRepeat:)`` or ``connectFailed(_:_:hasSocket:)`` came before.
    func closed(_ connection: PlatformConnection) {
        self.forget(connection)
        self.openWantedConnections(now: .now())
        self.rearm()
    }

    private func forget(_ connection: PlatformConnection) {
        self.machine.closed(connection.id)
        self.connections[connection.id.slot] = nil
        guard self.machine.isShuttingDown, self.machine.isDrained else { return }
        self.timer?.cancel()
        self.timer = nil
        let drained = self.drained
        self.drained = []
        for callback in drained { callback() }
    }
}
