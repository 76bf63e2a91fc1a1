import ArgumentParser
import AuditConsole
import AuditTrail
import Foundation
import HTTPListener
import Logging
import ServiceLifecycle
import UnixSignals
import ValidatorService

/// `audit serve`: the audit console.
struct AuditServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract:
            "Serves a web page over a trail: search, timelines, statistics, and proofs that the browser verifies.",
        discussion: """
            Read-only, also while the service writes the trail. The page's address is printed once it can be opened; the \
            command ends on SIGTERM or SIGINT.

            Beyond this machine it asks for a token: AUDIT_CONSOLE_TOKEN or AUDIT_CONSOLE_TOKEN_FILE, 32 characters or \
            more. It speaks no TLS itself: let a proxy do that, or the token and what is shown cross the network in the \
            open, and browsers verify no proofs.
            """
    )

    @Option(help: "Where to listen, host:port; the configured AUDIT_CONSOLE_LISTEN if not given. Port 0 chooses one.")
    var listen: String?

    @OptionGroup var trail: TrailOptions

    func run() async throws {
        let configuration = try self.trail.configuration.load(requiresKafka: false, requiresCredentials: false)
        LoggingSetup.bootstrap(level: configuration.logLevel, format: configuration.logFormat)
        let address = try self.address(configuration)
        let trail = try self.trail.open()
        defer { trail.close() }
        let server: AuditConsoleServer
        do throws(ConsoleError) {
            server = try AuditConsoleServer(
                reader: trail.reader,
                listen: address,
                token: configuration.auditConsole.token?.value,
                recorder: trail.log.map {
                    AccessLogRecorder($0, trailID: trail.reader.trailID, purpose: self.trail.purpose)
                }
                    ?? NoAccessRecorder(),
                requiresPurpose: configuration.audit.requirePurpose != .off,
                logger: Logger(label: "audit-console"),
                listening: { port in
                    Terminal.write("http://\(ListenAddress(host: address.host, port: port))/\n")
                }
            )
        } catch {
            throw CommandFailure(.usage, "\(error)")
        }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [.init(service: server)],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: Logger(label: "audit-console").quieter
            )
        )
        do {
            try await group.run()
        } catch {
            throw CommandFailure(.failed, "\(error)")
        }
    }

    private func address(_ configuration: ServiceConfiguration) throws -> ListenAddress {
        guard let listen else { return configuration.auditConsole.listen }
        guard let address = ListenAddress(setting: listen) else {
            throw CommandFailure(.usage, "--listen must be host:port or [address]:port, such as 127.0.0.1:9465.")
        }
        return address
    }
}
