import Foundation
import HTTPListener
import KafkaClient

extension ServiceConfiguration {
    mutating func readKafka(_ reader: inout SettingReader, _ needs: Needs) {
        let standard = Kafka()
        self.kafka.bootstrapServers = reader.value(
            .bootstrapServers,
            default: "",
            shown: "",
            rule: "host:port with a port from 1 to 65535, several separated by commas"
        ) { Self.isServerList($0) ? $0 : nil }
        if needs.contains(.kafka), reader.layers.value(of: .bootstrapServers) == nil {
            reader.complain(about: .bootstrapServers, "is not set; give the Kafka brokers as host:port,host:port.")
        }
        self.kafka.groupID = reader.name(.groupID, default: standard.groupID, maximumLength: 200)
        self.readTopics(&reader)
        self.kafka.delivery = reader.word(.delivery, default: standard.delivery)
        self.kafka.isStaticMember = reader.flag(.staticMembership, default: standard.isStaticMember)
        self.readProperties(&reader)
    }

    private mutating func readTopics(_ reader: inout SettingReader) {
        let standard = Kafka()
        // Kafka's own limit of a topic's name.
        func topic(_ setting: Setting, _ name: String) -> String {
            reader.name(setting, default: name, maximumLength: 249)
        }
        self.kafka.loginEventsTopic = topic(.loginEventsTopic, standard.loginEventsTopic)
        self.kafka.outcomesTopic = topic(.outcomesTopic, standard.outcomesTopic)
        self.kafka.deadLettersTopic = topic(.deadLettersTopic, standard.deadLettersTopic)
        self.kafka.checkpointsTopic = topic(.checkpointsTopic, standard.checkpointsTopic)
        if self.kafka.outcomesTopic == self.kafka.loginEventsTopic {
            reader.complain(about: .outcomesTopic, "must differ from \(Setting.loginEventsTopic.name).")
        }
        if [self.kafka.loginEventsTopic, self.kafka.outcomesTopic].contains(self.kafka.deadLettersTopic) {
            reader.complain(
                about: .deadLettersTopic,
                "must differ from \(Setting.loginEventsTopic.name) and \(Setting.outcomesTopic.name)."
            )
        }
        let others = [self.kafka.loginEventsTopic, self.kafka.outcomesTopic, self.kafka.deadLettersTopic]
        if others.contains(self.kafka.checkpointsTopic) {
            reader.complain(about: .checkpointsTopic, "must differ from the other topics.")
        }
    }

    private mutating func readProperties(_ reader: inout SettingReader) {
        guard let path = reader.path(.propertiesFile) else { return }
        let name = reader.layers.problem(of: .propertiesFile)
        do throws(ConfigurationError.Problem) {
            let file = try PropertiesFile(path, named: name)
            self.kafka.properties = file.properties
            reader.problems += file.problems
            if let warning = file.warning { reader.warnings.append(warning) }
        } catch {
            reader.problems.append(error)
        }
        reader.problems += self.kafka.propertyProblems(named: name)
    }

    /// `host:port`, `[address]:port` or `PROTOCOL://host:port`, several of them separated by commas.
    private static func isServerList(_ text: String) -> Bool {
        guard text.utf8.count <= Self.maximumServerListLength else { return false }
        return text.split(separator: ",", omittingEmptySubsequences: false).allSatisfy { server in
            let server = server.trimmingCharacters(in: .whitespaces)
            let address = server.range(of: "://").map { String(server[$0.upperBound...]) } ?? server
            return ListenAddress(setting: address).map { $0.port > 0 } ?? false
        }
    }

    private static let maximumServerListLength = 8192
}

extension ServiceConfiguration.Kafka {
    /// What librdkafka and this service refuse, by property; never a value.
    fileprivate func propertyProblems(named name: ConfigurationError.Problem) -> [ConfigurationError.Problem] {
        KafkaConfiguration(bootstrapServers: "localhost:9092", clientID: "login-validator", properties: self.properties)
            .problems()
            .map { name.with("names a file with a property that cannot be used. \($0.message)") }
    }

    /// What the clients of `instanceID` connect with.
    func clientConfiguration(instanceID: String) -> KafkaConfiguration {
        KafkaConfiguration(
            bootstrapServers: self.bootstrapServers,
            clientID: "login-validator-\(instanceID)",
            properties: self.properties
        )
    }
}
