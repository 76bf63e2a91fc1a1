import Hummingbird
package import Logging
import ServiceLifecycle
import Synchronization

/// A platform to validate against that is not the platform: an HTTP server with the documented answers.
///
/// It answers `POST /service/v5/auth/validation` as the platform's document shows. A token says by its beginning what
/// it gets (``TokenBehaviour``), and the platform as a whole can be in maintenance, down and so on
/// (``PlatformControl``), switched while it runs through ``control`` or `PUT /control`. It counts requests, in all and
/// for each token.
///
/// It listens on loopback unless told otherwise, because whoever reaches it controls it. Run it once, as a service of
/// its own or inside ``withRunning(_:logger:_:)``. Everything here may be called from any thread.
package final class SimulatedPlatform: Service {
    /// The path of the validation API.
    package static let validationPath = "/service/v5/auth/validation"

    package let configuration: Configuration
    let logger: Logger
    let state: Mutex<State>
    private let listener = ListenerState()

    package struct Configuration: Sendable {
        package var host: String
        /// 0 lets the system choose; ``SimulatedPlatform/port`` tells which.
        package var port: Int
        /// The apps whose credentials are right; empty accepts any.
        package var apps: [SimulatedApp]
        /// How long answers take; `nil` answers at once.
        package var latency: LatencyDistribution?
        package var control: PlatformControl
        /// Seeds latencies and random failures.
        package var seed: UInt64

        package init(
            host: String = "127.0.0.1",
            port: Int = 0,
            apps: [SimulatedApp] = SimulatedApp.examples,
            latency: LatencyDistribution? = nil,
            control: PlatformControl = PlatformControl(),
            seed: UInt64 = 1
        ) {
            self.host = host
            self.port = port
            self.apps = apps
            self.latency = latency
            self.control = control
            self.seed = seed
        }
    }

    /// Everything that changes while the platform runs.
    struct State {
        var control: PlatformControl
        var ledger = RequestLedger()
        var random: SeededRandom
        /// Answers 500 and 503 in turn in ``PlatformControl/Mode/failing``.
        var failures = 0
    }

    package init(
        configuration: Configuration = Configuration(),
        logger: Logger = Logger(label: "login-validator.simulated-platform")
    ) {
        self.configuration = configuration
        self.logger = logger
        self.state = Mutex(
            State(control: configuration.control, random: SeededRandom(seed: configuration.seed))
        )
    }

    /// Listens and answers until the task is cancelled or its service group shuts down.
    ///
    /// Throws when the address cannot be bound. Answers that are late on purpose are given up at shutdown.
    package func run() async throws {
        defer { self.listener.ended() }
        let application = Application(
            responder: PlatformResponder(platform: self),
            configuration: ApplicationConfiguration(
                address: .hostname(self.configuration.host, port: self.configuration.port),
                backlog: Self.maximumPendingConnections
            ),
            onServerRunning: { channel in
                guard let port = channel.localAddress?.port else { return }
                self.logger.debug("Simulated platform listens", metadata: ["port": "\(port)"])
                self.listener.bound(to: port)
            },
            logger: self.logger.quiet
        )
        try await application.run()
    }

    /// The port that is listened on; waits until it is bound.
    ///
    /// Throws ``NotListening`` when ``run()`` has ended, and a cancellation error when the waiting task is cancelled.
    package var port: Int {
        get async throws { try await self.listener.port() }
    }

    /// The base URL of the platform, such as `http://127.0.0.1:41234`; waits until the port is bound.
    package var baseURL: String {
        get async throws {
            let host = self.configuration.host
            return "http://\(host.contains(":") ? "[\(host)]" : host):\(try await self.port)"
        }
    }

    /// The platform stopped, or could not start, before anybody learned its port.
    package struct NotListening: Error, CustomStringConvertible {
        package var description: String { "The simulated platform does not listen: it has stopped or could not start" }
    }

    private static let maximumPendingConnections = 1024
}

extension SimulatedPlatform {
    /// Runs a platform for as long as the closure takes; it is stopped when this returns or throws.
    package static func withRunning<Result: Sendable>(
        _ configuration: Configuration = Configuration(),
        logger: Logger = Logger(label: "login-validator.simulated-platform"),
        _ body: @Sendable @escaping (SimulatedPlatform) async throws -> Result
    ) async throws -> Result {
        let platform = SimulatedPlatform(configuration: configuration, logger: logger)
        let services = ServiceGroup(services: [platform], logger: logger.quiet)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await services.run() }
            do {
                _ = try await platform.port
                let result = try await body(platform)
                await services.triggerGracefulShutdown()
                try await group.waitForAll()
                return result
            } catch let error where error is NotListening {
                // The reason is the failure of the service.
                try await group.waitForAll()
                throw error
            } catch {
                await services.triggerGracefulShutdown()
                throw error
            }
        }
    }
}

extension Logger {
    /// For the libraries below, which announce each start and stop.
    fileprivate var quiet: Logger {
        var logger = self
        logger.logLevel = max(logger.logLevel, .warning)
        return logger
    }
}
