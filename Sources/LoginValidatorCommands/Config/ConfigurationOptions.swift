import ArgumentParser
import Foundation
import ValidatorService

/// Where a command's configuration comes from: defaults < --config < environment < flags.
struct ConfigurationOptions: ParsableArguments {
    @Option(help: "A configuration file, YAML or JSON.")
    var config: String?

    @Option(
        help: ArgumentHelp(
            "Sets a setting by its environment name or file key; can be given again. Not for secrets.",
            valueName: "NAME=VALUE"
        )
    )
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

    @Option(help: "auto, text or json.")
    var logFormat: String?

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

    /// The flags by environment name or file key; one of its own wins over --set.
    func flags() throws -> [String: String] {
        var flags: [String: String] = [:]
        for text in self.set {
            guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
                throw CommandFailure(.usage, "--set takes NAME=VALUE, such as --set PLATFORM_TIMEOUT=7s.")
            }
            flags[String(text[..<equals])] = String(text[text.index(after: equals)...])
        }
        let own = [
            "KAFKA_BOOTSTRAP_SERVERS": self.kafkaBootstrapServers, "PLATFORM_BASE_URL": self.platformBaseUrl,
            "AUDIT_DATABASE": self.auditDatabase, "OPS_LISTEN": self.opsListen, "LOG_LEVEL": self.logLevel,
            "LOG_FORMAT": self.logFormat,
        ]
        for case (let name, let value?) in own { flags[name] = value }
        return flags
    }
}
