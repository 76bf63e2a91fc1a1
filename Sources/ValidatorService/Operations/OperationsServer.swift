import CoreMetrics
package import HTTPListener
package import Logging
import ServiceLifecycle

/// The HTTP endpoint for operators: `/livez`, `/readyz`, `/metrics` and `/guard`.
///
/// Plain HTTP/1.1, and reading it needs no password, so it listens on the loopback interface unless told otherwise; it
/// shows no player's data and no secret. The one request that changes something, `POST /guard/release`, is protected as
/// ``OperatorAccess`` says. Sizes, connections and idle time are bounded, see ``ServerLimits``.
package struct OperationsServer: Service {
    private let listen: ListenAddress
    private let server: BoundedServer<OperationsResponder>

    /// A connection without a request this long is closed.
    static let idleTimeout: Duration = .seconds(30)
    /// The time in which the engine's loop has to answer to count as alive.
    package static let livenessLimit: Duration = .seconds(5)

    /// - Parameters:
    ///   - token: what a release must bring; needed unless `listen` is a loopback address.
    ///   - isAlive: asks the engine's loop; no answer within `livenessLimit` is a no.
    ///   - listening: hears the port once connections are accepted.
    package init(
        listen: ListenAddress,
        readiness: ReadinessState,
        registry: PrometheusRegistry,
        guards: any GuardOperations,
        token: Secret? = nil,
        livenessLimit: Duration = Self.livenessLimit,
        isAlive: @escaping @Sendable () async -> Bool,
        logger: Logger,
        listening: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        self.listen = listen
        let responder = OperationsResponder(
            readiness: readiness,
            registry: registry,
            liveness: LivenessProbe(limit: livenessLimit, isAlive: isAlive),
            ready: Meter(label: PipelineMetrics.Name.ready, dimensions: [], factory: registry),
            guards: guards,
            access: OperatorAccess(listen: listen, token: token),
            refusals: RefusalLog(logger: logger),
            logger: logger
        )
        self.server = BoundedServer(responder, listen: listen, idleTimeout: Self.idleTimeout, logger: logger) { port in
            let address = ListenAddress(host: listen.host, port: port)
            logger.info("Operations endpoint", metadata: ["address": "\(address)"])
            listening(port)
        }
    }

    /// Serves until a graceful shutdown.
    ///
    /// - Throws: ``ServiceError`` that names the address when it cannot be listened on.
    package func run() async throws {
        try await self.server.run { reason in
            ServiceError(
                "The operations endpoint cannot listen on \(self.listen): \(reason). "
                    + "Set OPS_LISTEN to an address of this host and a free port."
            )
        }
    }
}
