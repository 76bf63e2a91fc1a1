import ArgumentParser
import HTTPListener
import ValidatorService

/// Which running service is asked.
struct OperationsOptions: ParsableArguments {
    @Option(help: "Where the service listens, host:port; the configured OPS_LISTEN if not given.")
    var ops: String?

    @OptionGroup var configuration: ConfigurationOptions

    func client() throws -> OperationsClient {
        let operations = try self.configuration.load(requiresKafka: false, requiresCredentials: false).operations
        return OperationsClient(address: try self.address(operations), token: operations.token)
    }

    private func address(
        _ operations: ServiceConfiguration.Operations
    ) throws -> ListenAddress {
        guard let ops else {
            guard let listen = operations.listen else {
                throw CommandFailure(.usage, "OPS_LISTEN is off; name the service's address with --ops host:port.")
            }
            return try self.checked(listen, named: "OPS_LISTEN")
        }
        guard let address = ListenAddress(setting: ops) else {
            throw CommandFailure(.usage, "--ops must be host:port or [address]:port, such as 127.0.0.1:9464.")
        }
        return try self.checked(address, named: "--ops")
    }

    private func checked(
        _ address: ListenAddress,
        named name: String
    ) throws -> ListenAddress {
        guard address.port > 0 else {
            throw CommandFailure(.usage, "\(name) has port 0; name the port that the service's log shows, with --ops.")
        }
        return address
    }
}
