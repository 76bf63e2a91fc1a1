internal import Foundation
internal import Logging
internal import LoginContracts
internal import NIOCore
internal import NIOSSL

/// The thin shell around ``ConnectionPoolStateMachine``: holds the callers' completions, the connections and the one
/// timer, and does what the machine says.
///
/// `@unchecked Sendable` because everything in it is used on ``eventLoop`` only, the event loop of its connections;
/// every entry checks that in debug builds. So a request needs no lock and no hop between threads.
final class ConnectionPool: @unchecked Sendable {
    typealias RequestID = ConnectionPoolStateMachine.RequestID
    typealias ConnectionID = ConnectionPoolStateMachine.ConnectionID
    typealias Completion = (Result<ValidationAnswer, ValidationClientError>) -> Void

    let eventLoop: any EventLoop
    let logger: Logger
    let configuration: PlatformClientConfiguration
    let connector: Connector
    let encoder: ValidationRequestEncoder
    let decoder = VerdictDecoder()

    var machine: ConnectionPoolStateMachine
    /// By the slot of the request.
    var pending: [PendingRequest?] = []
    /// By the slot of the connection.
    var connections: [PlatformConnection?] = []
    /// What the last failed connection attempt said, for the requests that got no connection.
    var lastConnectError: ValidationClientError?

    var timer: Scheduled<Void>?
    var timerDeadline = NIODeadline.distantFuture
    var drained: [() -> Void] = []
    /// While a request is being submitted, completions are put off, so that none is called before `submit` returns.
    private var isSubmitting = false

    struct PendingRequest {
        var request: ValidationRequest
        var credentials: PlatformCredentials
        var completion: Completion
        var sentAt: NIODeadline?
    }

    init(
        configuration: PlatformClientConfiguration,
        tls: NIOSSLContext?,
        eventLoop: any EventLoop,
        logger: Logger
    ) {
        self.eventLoop = eventLoop
        self.logger = logger
        self.configuration = configuration
        self.connector = Connector(configuration: configuration, tls: tls, eventLoop: eventLoop)
        self.encoder = ValidationRequestEncoder(configuration: configuration)
        self.machine = ConnectionPoolStateMachine(limits: .init(configuration))
    }

    // MARK: Callers

    /// Starts a request; `completion` is called once, on the event loop, and never before this method returns.
    func submit(
        _ request: ValidationRequest,
        credentials: PlatformCredentials,
        completion: @escaping Completion
    ) -> RequestID? {
        self.eventLoop.assertInEventLoop()
        if let problem = self.encoder.problem(of: request, credentials: credentials) {
            self.later { completion(.failure(.invalidRequest(problem))) }
            return nil
        }
        let now = NIODeadline.now()
        switch self.machine.submit(now: now) {
        case .send(let id, on: let connection):
            self.isSubmitting = true
            self.store(PendingRequest(request: request, credentials: credentials, completion: completion), at: id.slot)
            self.send(id, on: self.connections[connection.slot]!, now: now)
            self.isSubmitting = false
            self.rearm()
            return id
        case .wait(let id):
            self.isSubmitting = true
            self.store(PendingRequest(request: request, credentials: credentials, completion: completion), at: id.slot)
            self.openWantedConnections(now: now)
            self.isSubmitting = false
            self.rearm()
            return id
        case .refuseBecauseFull:
            let maximum = self.configuration.maximumWaiters
            self.later { completion(.failure(.noConnectionAvailable(maximumWaiters: maximum))) }
            return nil
        case .refuseBecauseShutDown:
            self.later { completion(.failure(.shutDown())) }
            return nil
        }
    }

    /// Ends a request with `cancelled`, unless it is over.
    func cancel(_ id: RequestID) {
        self.eventLoop.assertInEventLoop()
        switch self.machine.cancel(id) {
        case .none:
            return
        case .removed:
            self.finish(id, .failure(.cancelled()))
        case .close(let connection):
            self.connections[connection.slot]?.close()
            self.finish(id, .failure(.cancelled()))
        }
    }

    // MARK: Requests

    private func store(_ request: PendingRequest, at slot: Int) {
        if slot < self.pending.count {
            self.pending[slot] = request
        } else {
            self.pending.append(request)
        }
    }

    func send(_ id: RequestID, on connection: PlatformConnection, now: NIODeadline) {
        self.pending[id.slot]!.sentAt = now
        connection.send(id, self.pending[id.slot]!, encoder: self.encoder)
    }

    /// Hands the caller its result. The machine has let go of the request already, so the caller may start another.
    func finish(_ id: RequestID, _ result: Result<ValidationAnswer, ValidationClientError>) {
        self.tell(self.take(id), result)
    }

    /// Fails several at once. All are taken out before the first caller hears of it: that one may start another request
    /// there and then, which gets the slot of one that has not been told yet.
    func finish(_ ids: [RequestID], _ error: ValidationClientError) {
        for request in ids.map({ self.take($0) }) { self.tell(request, .failure(error)) }
    }

    private func take(_ id: RequestID) -> PendingRequest {
        guard let request = self.pending[id.slot].take() else { preconditionFailure("A request ends once") }
        return request
    }

    private func tell(_ request: PendingRequest, _ result: Result<ValidationAnswer, ValidationClientError>) {
        if self.isSubmitting {
            self.later { request.completion(result) }
        } else {
            request.completion(result)
        }
    }

    private func later(_ work: @escaping () -> Void) {
        self.eventLoop.assumeIsolated().execute(work)
    }
}

extension ConnectionPoolStateMachine.Limits {
    init(_ configuration: PlatformClientConfiguration) {
        self.init(
            maximumConnections: configuration.maximumConnections,
            maximumWaiters: configuration.maximumWaiters,
            requestTimeout: TimeAmount(configuration.requestTimeout),
            connectTimeout: TimeAmount(configuration.connectTimeout),
            idleTimeout: TimeAmount(configuration.idleTimeout),
            maximumConnectionAge: configuration.maximumConnectionAge.map { TimeAmount($0) },
            initialBackoff: TimeAmount(configuration.initialBackoff),
            maximumBackoff: TimeAmount(configuration.maximumBackoff)
        )
    }
}
