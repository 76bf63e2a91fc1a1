import ArgumentParser
import Logging
import Metrics
import ServiceLifecycle
import ValidatorService

/// `run`: the service.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Runs the service: validates login events from Kafka until it is told to stop.",
        discussion: """
            Stops on SIGTERM or SIGINT: nothing new is taken, what is under way ends or is given back to Kafka. SIGHUP \
            reads the credentials file again.
            """
    )

    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        CoreDumps.suspend()
        let configuration = try self.options.load()
        LoggingSetup.bootstrap(level: configuration.logLevel, format: configuration.logFormat)
        try CoreDumps.settle(areAllowed: configuration.allowsCoreDumps)
        let registry = PrometheusRegistry()
        MetricsSystem.bootstrap(registry)
        let logger = Logger(label: "login-validator")
        for warning in configuration.warnings { logger.warning("Configuration", metadata: ["warning": "\(warning)"]) }
        try await Self.run(configuration, registry: registry, logger: logger)
    }

    /// Runs the service and its operations endpoint until a signal.
    static func run(_ configuration: ServiceConfiguration, registry: PrometheusRegistry, logger: Logger) async throws {
        let readiness = ReadinessState()
        let service = ValidationService(
            configuration: configuration,
            metrics: PipelineMetrics(),
            readiness: readiness,
            logger: logger
        )
        let operations = configuration.operations.listen.map { listen in
            OperationsServer(
                listen: listen,
                readiness: readiness,
                registry: registry,
                guards: service,
                token: configuration.operations.token,
                isAlive: { await service.isAlive() },
                logger: logger
            )
        }
        let group = ServiceGroup(service, operations: operations, logger: logger)
        do {
            try await group.run()
        } catch {
            throw CommandFailure(.failed, "\(error)")
        }
    }
}

extension Logger {
    /// For libraries: only what somebody should look at.
    var quieter: Logger {
        var logger = self
        logger.logLevel = max(self.logLevel, .warning)
        return logger
    }
}
