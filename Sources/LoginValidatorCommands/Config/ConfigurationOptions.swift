import ArgumentParser
import Foundation
import ValidatorService

/// Where a command's configuration comes from: defaults < --config < environment < flags.
struct ConfigurationOptions: ParsableArguments {
    @Option(help: "A configuration file, YAML or JSON.")
    var config: String?

    @Option(help: ArgumentHelp("Sets a setting by its environment name; can be given again.", valueName: "NAME=VALUE"))
    var set: [String] = []

    @Option(help: "The Kafka brokers, host:port separated by commas.")
    var kafkaBootstrapServers: String?

    @Option(help: "Where the platform is.")
    var platformBaseUrl: String?

    @Option(help: "The trail's database file.")
    var auditDatabase: String?

    @Option(help: "The address of the operations endpoint, host:port, or off.")
    var opsListen: String?

    @Option(help: "trace, debug, info, notice, warning, error or critical.")
    var logLevel: String?

    /// - Throws: ``ConfigurationError``, or a usage failure for a broken --set.
    func load(requiresKafka: Bool = true, requiresCredentials: Bool = true) throws -> ServiceConfiguration {
        var needs: ServiceConfiguration.Needs = []
        if requiresKafka { needs.insert(.kafka) }
        if requiresCredentials { needs.insert(.credentials) }
        return try ServiceConfiguration.load(
            file: self.config,
            environment: ProcessInfo.processInfo.environment,
            flags: try self.flags(),
            needs: needs
        )
    }

    private func flags() throws -> [String: String] {
        var flags: [String: String] = [:]
        for text in self.set {
            guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
                throw CommandFailure(.usage, "--set takes NAME=VALUE.")
            }
            let name = String(text[..<equals])
            // The process list shows every argument to every user.
            if ["PLATFORM_APP_SECRET", "PLATFORM_ADMIN_KEY", "AUDIT_FINGERPRINT_KEY"].contains(name) {
                throw CommandFailure(
                    .usage,
                    "\(name) is a secret; set it in the environment or name a file in \(name)_FILE."
                )
            }
            flags[name] = String(text[text.index(after: equals)...])
        }
        flags["KAFKA_BOOTSTRAP_SERVERS"] = self.kafkaBootstrapServers ?? flags["KAFKA_BOOTSTRAP_SERVERS"]
        flags["PLATFORM_BASE_URL"] = self.platformBaseUrl ?? flags["PLATFORM_BASE_URL"]
        flags["AUDIT_DATABASE"] = self.auditDatabase ?? flags["AUDIT_DATABASE"]
        flags["OPS_LISTEN"] = self.opsListen ?? flags["OPS_LISTEN"]
        flags["LOG_LEVEL"] = self.logLevel ?? flags["LOG_LEVEL"]
        return flags
    }
}
