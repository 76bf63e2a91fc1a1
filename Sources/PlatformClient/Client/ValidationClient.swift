public import Logging
public import NIOCore
public import NIOPosix

/// The client of the platform's token validation, `POST /service/v5/auth/validation`.
///
/// It keeps a small pool of connections to one base URL. Everything of one client (connections, timers, callers'
/// completions) is on one event loop, so a request takes no lock; a service that needs more than one core makes more
/// clients. A request is sent once, with two exceptions that the platform cannot tell from one: none of its bytes left,
/// or the server had closed the reused connection before it answered. Retries beyond that are the caller's.
///
/// Call ``shutdown()`` before letting go of a client.
public final class ValidationClient: Sendable {
    /// The event loop that everything of this client is on.
    public let eventLoop: any EventLoop
    let pool: ConnectionPool

    /// Makes a client; it connects when the first request comes.
    ///
    /// - Parameters:
    ///   - configuration: Where the platform is, and the limits.
    ///   - eventLoopGroup: One of its event loops is used; the default is shared by the process and never shut down.
    ///   - logger: Gets the details of failures, at debug level. The default drops them.
    /// - Throws: ``PlatformConfigurationError`` with every property at fault, or unreadable root certificates.
    public init(
        configuration: PlatformClientConfiguration = PlatformClientConfiguration(),
        eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        logger: Logger = Logger(label: "PlatformClient", factory: { _ in SwiftLogNoOpLogHandler() })
    ) throws(PlatformConfigurationError) {
        try configuration.validate()
        let tls = try TLSSettings.context(for: configuration)
        self.eventLoop = eventLoopGroup.next()
        self.pool = ConnectionPool(configuration: configuration, tls: tls, eventLoop: self.eventLoop, logger: logger)
    }

    /// Asks the platform about a token.
    ///
    /// Cancelling the task ends the call at once with `cancelled` and closes the connection it was on.
    ///
    /// - Throws: ``ValidationClientError`` when there is no answer. A refused token is an answer.
    public func validate(
        _ request: ValidationRequest,
        credentials: PlatformCredentials
    ) async throws(ValidationClientError) -> ValidationAnswer {
        let call = Call(pool: self.pool)
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                call.onEventLoop { call in
                    call.start(request, credentials: credentials) { continuation.resume(returning: $0) }
                }
            }
        } onCancel: {
            call.onEventLoop { $0.cancel() }
        }
        return try result.get()
    }

    /// Asks the platform about a token, without a task: the least costly way.
    ///
    /// Must be called on ``eventLoop``; `completion` is called on it, exactly once, never before this method returns.
    ///
    /// - Returns: What ``cancel(_:)`` takes; `nil` when the request is refused and only the completion is to come.
    @discardableResult
    package func validate(
        _ request: ValidationRequest,
        credentials: PlatformCredentials,
        completion: @escaping (Result<ValidationAnswer, ValidationClientError>) -> Void
    ) -> ConnectionPoolStateMachine.RequestID? {
        self.pool.submit(request, credentials: credentials, completion: completion)
    }

    /// Ends a request with `cancelled` and closes the connection it is on; nothing, when it is over. Must be called on
    /// ``eventLoop``; the completion is called before this method returns.
    package func cancel(_ id: ConnectionPoolStateMachine.RequestID) {
        self.pool.cancel(id)
    }

    /// How many connections and waiters there are. Must be called on ``eventLoop``.
    package var statistics: ConnectionPoolStateMachine.Statistics {
        self.eventLoop.assertInEventLoop()
        return self.pool.machine.statistics
    }

    /// Ends the client: further and waiting requests fail with `shutDown`, requests in flight after the configured
    /// grace. Returns when every connection is closed; a second call waits for the same.
    public func shutdown() async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            self.eventLoop.execute {
                self.pool.shutDown { continuation.resume() }
            }
        }
    }
}

/// One call of a task, so that its cancellation finds the request.
///
/// `@unchecked Sendable` because the state is used on the event loop only. A cancellation that comes before the start
/// is remembered; one that comes after the end finds nothing.
private final class Call: @unchecked Sendable {
    private let pool: ConnectionPool
    private var request: ConnectionPoolStateMachine.RequestID?
    private var isCancelled = false

    init(pool: ConnectionPool) {
        self.pool = pool
    }

    func onEventLoop(_ work: @escaping @Sendable (Call) -> Void) {
        if self.pool.eventLoop.inEventLoop {
            work(self)
        } else {
            self.pool.eventLoop.execute { work(self) }
        }
    }

    func start(
        _ request: ValidationRequest,
        credentials: PlatformCredentials,
        completion: @escaping ConnectionPool.Completion
    ) {
        if self.isCancelled {
            completion(.failure(.cancelled()))
        } else {
            self.request = self.pool.submit(request, credentials: credentials, completion: completion)
        }
    }

    func cancel() {
        self.isCancelled = true
        if let request { self.pool.cancel(request) }
    }
}
