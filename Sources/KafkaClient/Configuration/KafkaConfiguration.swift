/// How to reach a Kafka cluster, and any further property of librdkafka.
///
/// Every property of librdkafka's CONFIGURATION.md may be given, except those in ``protectedProperties``: with them the
/// guarantees of this module would not hold. Properties are checked by librdkafka itself, see ``problems()``.
/// A description of this value shows no value that looks like a secret.
package struct KafkaConfiguration: Sendable {
    /// The brokers to ask first: `host:port`, separated by commas (`bootstrap.servers`).
    package var bootstrapServers: String
    /// The name under which the brokers know this client (`client.id`).
    package var clientID: String
    /// Further librdkafka properties, name to value.
    package var properties: [String: String]

    /// Describes how to reach a cluster.
    package init(bootstrapServers: String, clientID: String, properties: [String: String] = [:]) {
        self.bootstrapServers = bootstrapServers
        self.clientID = clientID
        self.properties = properties
    }

    /// Throws the first of ``problems()``.
    package func validate() throws(KafkaError) {
        if let problem = self.problems().first { throw problem }
    }
}

extension KafkaConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Brokers, client id and the properties by name, with `[redacted]` for values that look like secrets.
    package var description: String {
        let properties = self.properties.sorted { $0.key < $1.key }
            .map { "\($0.key)=\(Self.isSecret($0.key, $0.value) ? "[redacted]" : $0.value)" }
        let all = ["bootstrap.servers=\(self.bootstrapServers)", "client.id=\(self.clientID)"] + properties
        return "KafkaConfiguration(\(all.joined(separator: ", ")))"
    }

    /// The same as ``description``.
    package var debugDescription: String { self.description }

    /// Without children, so that `dump` and interpolation of an enclosing value show no secret either.
    package var customMirror: Mirror { Mirror(self, children: ["description": self.description]) }

    /// True if a property's value must not be shown: by its name, or because it looks like a URL with a password.
    package static func isSecret(_ name: String, _ value: String) -> Bool {
        let name = name.lowercased()
        return Self.secretWords.contains { name.contains($0) } || value.contains("@")
    }

    private static let secretWords = [
        "password", "secret", "private", "token", "jaas", ".pem", "oauthbearer.config", "sasl.username", "ssl.key",
        "credential", "kinit.cmd", "assertion",
    ]
}
