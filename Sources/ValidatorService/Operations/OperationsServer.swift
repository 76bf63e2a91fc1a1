import CoreMetrics
import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
import ServiceLifecycle
import Synchronization

/// The HTTP endpoint for operators: `/livez`, `/readyz`, `/metrics` and `/guard`.
///
/// Plain HTTP/1.1, and reading it needs no password, so it listens on the loopback interface unless told otherwise; it
/// shows no player's data and no secret. The one request that changes something, `POST /guard/release`, is protected as
/// ``OperatorAccess`` says. Sizes, connections and idle time are bounded by the constants below.
package struct OperationsServer: Service {
    private let host: String
    private let port: Int
    private let responder: OperationsResponder
    private let logger: Logger
    private let listening: @Sendable (Int) -> Void

    /// Connections at the same time; further ones wait to be accepted.
    static let maximumConnections = 64
    /// Of one header field, and of all of a request, in bytes.
    static let maximumHeaderFieldBytes = 8 * 1024
    static let maximumHeaderBytes = 16 * 1024
    static let maximumHeaderFields = 64
    /// A connection without a request this long is closed.
    static let idleTimeout: Duration = .seconds(30)
    /// The time in which the engine's loop has to answer to count as alive.
    package static let livenessLimit: Duration = .seconds(5)

    /// - Parameters:
    ///   - port: 0 takes any free port.
    ///   - token: what a release must bring; needed unless `host` is a loopback address.
    ///   - isAlive: asks the engine's loop; no answer within `livenessLimit` is a no.
    ///   - listening: hears the port once connections are accepted.
    package init(
        host: String,
        port: Int,
        readiness: ReadinessState,
        registry: PrometheusRegistry,
        guards: any GuardOperations,
        token: Secret? = nil,
        livenessLimit: Duration = Self.livenessLimit,
        isAlive: @escaping @Sendable () async -> Bool,
        logger: Logger,
        listening: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        self.host = host
        self.port = port
        self.responder = OperationsResponder(
            readiness: readiness,
            registry: registry,
            liveness: LivenessProbe(limit: livenessLimit, isAlive: isAlive),
            ready: Meter(label: PipelineMetrics.Name.ready, dimensions: [], factory: registry),
            guards: guards,
            access: OperatorAccess(listen: .init(host: host, port: port), token: token),
            refusals: RefusalLog(logger: logger),
            logger: logger
        )
        self.logger = logger
        self.listening = listening
    }

    /// Serves until a graceful shutdown.
    ///
    /// - Throws: ``ServiceError`` that names the address when it cannot be listened on.
    package func run() async throws {
        let isListening = Mutex(false)
        do {
            try await self.application { port in
                isListening.withLock { $0 = true }
                self.logger.info("Operations endpoint", metadata: ["address": "\(self.host):\(port)"])
                self.listening(port)
            }.run()
        } catch let error where !(error is CancellationError) && !isListening.withLock({ $0 }) {
            throw ServiceError(
                "The operations endpoint cannot listen on \(self.host):\(self.port): \(error). "
                    + "Set OPS_LISTEN to an address of this host and a free port."
            )
        }
    }

    private func application(listening: @escaping @Sendable (Int) -> Void) -> Application<OperationsResponder> {
        var quiet = self.logger
        quiet.logLevel = max(quiet.logLevel, .warning)
        return Application(
            responder: self.responder,
            server: .http1(
                configuration: HTTP1Channel.Configuration(
                    idleTimeout: TimeAmount(Self.idleTimeout),
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: Self.maximumHeaderFieldBytes,
                        maxHeaderListSize: Self.maximumHeaderBytes,
                        maxHeaderFieldCount: Self.maximumHeaderFields
                    )
                )
            ),
            configuration: ApplicationConfiguration(
                address: .hostname(self.host, port: self.port),
                availableConnectionsDelegate: MaximumAvailableConnections(Self.maximumConnections, logger: quiet)
            ),
            onServerRunning: { channel in listening(channel.localAddress?.port ?? self.port) },
            logger: quiet
        )
    }
}
