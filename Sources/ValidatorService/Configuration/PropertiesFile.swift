import Foundation
import KafkaClient

/// librdkafka properties, `name=value`, a line each; `#` begins a comment line.
enum PropertiesFile {
    static let maximumBytes = 262_144

    static func read(_ path: String, named name: String) throws(ConfigurationError.Problem) -> [String: String] {
        let text = try BoundedFile.read(path, named: name, maximumBytes: Self.maximumBytes)
        var properties: [String: String] = [:]
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = line.trimmingCharacters(in: .whitespaces)
            if line.isEmpty || line.hasPrefix("#") { continue }
            guard let equals = line.firstIndex(of: "="), equals > line.startIndex else {
                throw .init(name, "names \(path), whose line \(number + 1) is not name=value.")
            }
            let key = line[..<equals].trimmingCharacters(in: .whitespaces)
            properties[key] = line[line.index(after: equals)...].trimmingCharacters(in: .whitespaces)
        }
        return properties
    }
}

extension ServiceConfiguration.Kafka {
    /// What librdkafka and this service refuse, by property; never a value.
    func propertyProblems() -> [ConfigurationError.Problem] {
        let configuration = KafkaConfiguration(
            bootstrapServers: self.bootstrapServers.isEmpty ? "localhost:9092" : self.bootstrapServers,
            clientID: "login-validator",
            properties: self.properties
        )
        return configuration.problems().map { .init(Setting.propertiesFile.name, ": \($0.message)") }
    }

    func clientConfiguration(instanceID: String) -> KafkaConfiguration {
        KafkaConfiguration(
            bootstrapServers: self.bootstrapServers,
            clientID: "login-validator-\(instanceID)",
            properties: self.properties
        )
    }
}
