import AuditTrail
import Foundation
import LoginContracts
import PlatformClient
import ValidationPipeline

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
    /// - Parameters:
    ///   - file: YAML or JSON.
    ///   - flags: by environment name.
    /// - Throws: ``ConfigurationError`` with every problem.
    package static func load(
        file: String?,
        environment: [String: String],
        flags: [String: String],
        needs: Needs = .service
    ) throws(ConfigurationError) -> ServiceConfiguration {
        var problems: [ConfigurationError.Problem] = []
        let layers = ConfigurationLayers(file: file, environment: environment, flags: flags, &problems)
        var reader = SettingReader(layers: layers, problems: problems)
        var configuration = ServiceConfiguration()
        configuration.warnings = layers.warnings
        configuration.readKafka(&reader, needs)
        configuration.readPlatform(&reader, needs)
        configuration.readPolicy(&reader)
        configuration.readEventsAndOutcomes(&reader)
        configuration.readAudit(&reader)
        configuration.readProcess(&reader)
        guard reader.problems.isEmpty else { throw ConfigurationError(problems: reader.problems) }
        configuration.values = reader.values
        return configuration
    }

    private mutating func readKafka(_ reader: inout SettingReader, _ needs: Needs) {
        let standard = Kafka()
        if let servers = reader.text(.bootstrapServers) {
            self.kafka.bootstrapServers = servers
            if !Self.isServerList(servers) {
                reader.problems.append(
                    .init(Setting.bootstrapServers.name, "must be host:port, several separated by commas.")
                )
            }
        } else if needs.contains(.kafka) {
            reader.problems.append(
                .init(Setting.bootstrapServers.name, "is not set; give the Kafka brokers as host:port,host:port.")
            )
        }
        self.kafka.groupID = reader.name(.groupID, default: standard.groupID, maximumLength: 200)
        self.kafka.loginEventsTopic = reader.name(
            .loginEventsTopic,
            default: standard.loginEventsTopic,
            maximumLength: 249
        )
        self.kafka.outcomesTopic = reader.name(.outcomesTopic, default: standard.outcomesTopic, maximumLength: 249)
        self.kafka.deadLettersTopic = reader.name(
            .deadLettersTopic,
            default: standard.deadLettersTopic,
            maximumLength: 249
        )
        let topics = [self.kafka.loginEventsTopic, self.kafka.outcomesTopic, self.kafka.deadLettersTopic]
        if Set(topics).count < topics.count {
            reader.problems.append(.init("KAFKA_…_TOPIC", "must name three different topics."))
        }
        self.kafka.delivery = reader.word(.delivery, default: standard.delivery)
        if let path = reader.text(.propertiesFile) {
            do throws(ConfigurationError.Problem) {
                self.kafka.properties = try PropertiesFile.read(path, named: Setting.propertiesFile.name)
            } catch {
                reader.problems.append(error)
            }
        }
        reader.problems += self.kafka.propertyProblems()
    }

    private static func isServerList(_ text: String) -> Bool {
        let servers = text.split(separator: ",", omittingEmptySubsequences: false)
        return !servers.isEmpty
            && servers.allSatisfy { server in
                let parts = server.split(separator: ":", omittingEmptySubsequences: false)
                guard let port = parts.last.flatMap({ Int($0) }), parts.count >= 2 else { return false }
                return !parts[0].isEmpty && (1...65_535).contains(port) && !server.contains(where: \.isWhitespace)
            }
    }

    private mutating func readPolicy(_ reader: inout SettingReader) {
        self.policy.profile = reader.word(.policy, default: VerdictPolicy.Profile.guarded)
        if let path = reader.text(.policyFile) {
            let (rows, problems) = PolicyFile.read(path)
            self.policy.rows = rows
            reader.problems += problems
        }
        self.policy.version = PolicyFile.version(profile: self.policy.profile, rows: self.policy.rows)
    }

    private mutating func readEventsAndOutcomes(_ reader: inout SettingReader) {
        let rule = "off, or a time such as 10m or 24h, at least 1s"
        self.events.maximumAge = reader.value(.maximumAge, default: nil, shown: "off", rule: rule) { text in
            Duration(setting: text).flatMap { $0 >= .seconds(1) ? .some(.some($0)) : nil }
        }
        self.outcomes.mode = reader.word(.outcomesFormat, default: OutcomeEncoder.Mode.binary)
        self.outcomes.source = reader.value(
            .outcomesSource,
            default: self.outcomes.source,
            shown: self.outcomes.source,
            rule: "1 to 256 visible ASCII characters (a URI reference)"
        ) { $0.isVisibleASCII(maximumLength: 256) ? $0 : nil }
        self.outcomes.publishesPasses = reader.flag(.publishPasses, default: false)
        self.outcomes.publishesRedirects = reader.flag(.publishRedirects, default: true)
    }

    private mutating func readAudit(_ reader: inout SettingReader) {
        self.audit.database = reader.text(.database, default: self.audit.database) ?? self.audit.database
        let lengths = TokenFingerprinter.minimumKeyLength...TokenFingerprinter.maximumKeyLength
        let rule = "\(lengths.lowerBound) to \(lengths.upperBound) bytes in hexadecimal or base64"
        self.audit.fingerprintKeyBytes = reader.value(.fingerprintKey, default: nil, shown: "", rule: rule) { text in
            let bytes = [UInt8](hexadecimal: text) ?? Data(base64Encoded: text).map { Array($0) }
            return bytes.flatMap { lengths.contains($0.count) ? .some(.some($0)) : nil }
        }
    }

    private mutating func readProcess(_ reader: inout SettingReader) {
        self.operations.listen = reader.value(
            .opsListen,
            default: self.operations.listen,
            shown: "127.0.0.1:9464",
            rule: "host:port, or off"
        ) { text in
            if text == "off" { return .some(nil) }
            guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
                (0...65_535).contains(port), colon > text.startIndex
            else { return nil }
            let host = text[..<colon].trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
            return .some(Operations.Address(host: host, port: port))
        }
        let host = String(ProcessInfo.processInfo.hostName.prefix(100))
        self.instanceID = reader.name(.instanceID, default: host.isEmpty ? "localhost" : host, maximumLength: 100)
        self.logLevel = reader.value(
            .logLevel,
            default: "info",
            shown: "info",
            rule: "trace, debug, info, notice, warning, error or critical"
        ) { text in
            let levels = ["trace", "debug", "info", "notice", "warning", "error", "critical"]
            return levels.first { $0 == text.lowercased() }
        }
        self.logFormat = reader.word(.logFormat, default: LogFormat.automatic)
        self.shutdownTimeout = reader.duration(
            .shutdownTimeout,
            default: .seconds(25),
            shown: "25s",
            in: .milliseconds(100)...(.seconds(600))
        )
    }
}

extension [UInt8] {
    /// `nil` unless the text is an even number of hexadecimal digits.
    init?(hexadecimal text: String) {
        let digits = text.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
        guard digits.count == text.utf8.count, digits.count.isMultiple(of: 2), !digits.isEmpty else { return nil }
        self = stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
