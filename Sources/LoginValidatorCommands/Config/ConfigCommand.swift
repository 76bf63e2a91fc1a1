import ArgumentParser
import Foundation
import ValidatorService

/// `config`: what the service would be told.
struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Checks or shows the configuration.",
        subcommands: [ConfigCheckCommand.self, ConfigShowCommand.self]
    )
}

/// `config check`: every problem at once.
struct ConfigCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Names every problem of the configuration at once; exit status 2 if there is one."
    )

    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        ConfigWarnings.write(try self.options.load().warnings)
        Terminal.write("The configuration is usable.\n")
    }
}

/// What is allowed and worth a remark, on stderr.
private enum ConfigWarnings {
    static func write(_ warnings: [String]) {
        for warning in warnings { Terminal.remark("warning: \(warning)\n") }
    }
}

/// `config show`: every setting and where it comes from.
struct ConfigShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows every setting, its value and where it comes from; secrets are redacted."
    )

    @Option(help: "table or json.")
    var format: OutputFormat = .table

    @OptionGroup var options: ConfigurationOptions

    func validate() throws {
        if self.format != .table && self.format != .json { throw ValidationError("--format must be table or json.") }
    }

    func run() async throws {
        let configuration = try self.options.load(requiresKafka: false, requiresCredentials: false)
        ConfigWarnings.write(configuration.warnings)
        if self.format == .json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
            let rows = configuration.effectiveValues().map {
                ["key": $0.key, "name": $0.environmentName, "value": $0.value, "origin": $0.origin.rawValue]
            }
            Terminal.write(String(decoding: try encoder.encode(rows), as: UTF8.self) + "\n")
            return
        }
        var table = TextTable([.init("SETTING"), .init("FILE KEY"), .init("VALUE"), .init("FROM")])
        for value in configuration.effectiveValues() {
            table.append([value.environmentName, value.key, value.value, value.origin.rawValue])
        }
        Terminal.write(table.text)
    }
}
