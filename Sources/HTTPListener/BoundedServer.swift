package import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
import Synchronization

/// A plain HTTP/1.1 server for a few people and machines: sizes, connections and idle time are bounded by the constants.
package struct BoundedServer<Responder: HTTPResponder>: Sendable
where Responder.Context: InitializableFromSource<ApplicationRequestContextSource> {
    private let responder: Responder
    private let listen: ListenAddress
    private let idleTimeout: Duration
    private let logger: Logger
    private let listening: @Sendable (Int) -> Void

    /// - Parameters:
    ///   - idleTimeout: A connection without a request this long is closed.
    ///   - logger: What happens on connections is logged from warnings on.
    ///   - listening: Hears the port once connections are accepted.
    package init(
        _ responder: Responder,
        listen: ListenAddress,
        idleTimeout: Duration,
        logger: Logger,
        listening: @escaping @Sendable (Int) -> Void
    ) {
        self.responder = responder
        self.listen = listen
        self.idleTimeout = idleTimeout
        self.logger = logger
        self.listening = listening
    }

    /// Serves until a graceful shutdown.
    ///
    /// - Parameter refusal: The error to throw when the address cannot be listened on, made of the reason.
    package func run(refusal: (any Error) -> any Error) async throws {
        let isListening = Mutex(false)
        do {
            try await self.application { port in
                isListening.withLock { $0 = true }
                self.listening(port)
            }.run()
        } catch let error where !(error is CancellationError) && !isListening.withLock({ $0 }) {
            throw refusal(error)
        }
    }

    private func application(listening: @escaping @Sendable (Int) -> Void) -> Application<Responder> {
        var quiet = self.logger
        quiet.logLevel = max(quiet.logLevel, .warning)
        return Application(
            responder: self.responder,
            server: .http1(
                configuration: HTTP1Channel.Configuration(
                    idleTimeout: TimeAmount(self.idleTimeout),
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: ServerLimits.headerFieldBytes,
                        maxHeaderListSize: ServerLimits.headerBytes,
                        maxHeaderFieldCount: ServerLimits.headerFields
                    )
                )
            ),
            configuration: ApplicationConfiguration(
                address: .hostname(self.listen.host, port: self.listen.port),
                availableConnectionsDelegate: MaximumAvailableConnections(ServerLimits.connections, logger: quiet)
            ),
            onServerRunning: { channel in listening(channel.localAddress?.port ?? self.listen.port) },
            logger: quiet
        )
    }
}

/// What a ``BoundedServer`` takes in at most.
package enum ServerLimits {
    /// Connections at the same time; further ones wait to be accepted.
    package static let connections = 64
    /// Of one header field, and of all of a request, in bytes.
    package static let headerFieldBytes = 8 * 1024
    package static let headerBytes = 16 * 1024
    package static let headerFields = 64
}
