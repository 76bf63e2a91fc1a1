extension ServiceConfiguration {
    /// What a command needs; other settings may be missing, but not wrong.
    package struct Needs: OptionSet, Sendable {
        package let rawValue: Int

        package init(rawValue: Int) {
            self.rawValue = rawValue
        }

        package static let kafka = Needs(rawValue: 1)
        package static let credentials = Needs(rawValue: 2)
        package static let service: Needs = [.kafka, .credentials]
    }

    /// Reads the layers: defaults < file < environment < flags.
    ///
    /// Reads files (bounded, never waiting) and nothing else; connects to nothing.
    ///
    /// - Parameters:
    ///   - file: YAML or JSON.
    ///   - environment: Variables by name; empty ones count as not set.
    ///   - flags: by environment name or file key; a secret is refused.
    ///   - needs: What must be set.
    /// - Throws: ``ConfigurationError`` with every problem.
    package static func load(
        file: String?,
        environment: [String: String],
        flags: [String: String],
        needs: Needs = .service
    ) throws(ConfigurationError) -> ServiceConfiguration {
        var reader = SettingReader(layers: ConfigurationLayers(file: file, environment: environment, flags: flags))
        var configuration = ServiceConfiguration()
        configuration.readKafka(&reader, needs)
        configuration.readPlatform(&reader, needs)
        configuration.readPolicy(&reader)
        configuration.readGuard(&reader)
        configuration.readEventsAndOutcomes(&reader)
        configuration.readAudit(&reader)
        configuration.readAuditConsole(&reader)
        configuration.readProcess(&reader)
        reader.warnings += configuration.exposures.map(\.warning) + configuration.trailWarnings()
        guard reader.problems.isEmpty else {
            throw ConfigurationError(problems: reader.problems, warnings: reader.warnings)
        }
        configuration.warnings = reader.warnings
        configuration.values = reader.values
        return configuration
    }

    /// Every setting with its value and the layer it came from, secrets redacted: what `config show` prints.
    package func effectiveValues() -> [EffectiveValue] {
        self.values
    }
}
