import Logging
import ServiceLifecycle
import UnixSignals
import ValidatorService

extension ServiceGroup {
    /// The validation service and, if there is one, its operations endpoint, until a signal or a failure.
    init(_ service: ValidationService, operations: OperationsServer? = nil, logger: Logger) {
        var services: [ServiceGroupConfiguration.ServiceConfiguration] = []
        if let operations {
            // First in the list: stopped last, so that a stopping service can still be watched.
            services.append(.init(service: operations, failureTerminationBehavior: .gracefullyShutdownGroup))
        }
        services.append(
            .init(
                service: service,
                successTerminationBehavior: .gracefullyShutdownGroup,
                failureTerminationBehavior: .gracefullyShutdownGroup
            )
        )
        self.init(
            configuration: ServiceGroupConfiguration(
                services: services,
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: logger.quieter
            )
        )
    }
}
