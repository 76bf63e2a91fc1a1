// What holds secrets that are not a `Secret` shows itself by hand, so that `dump`, string interpolation and a test's
// failure message of any enclosing value are safe too.

extension ServiceConfiguration.Kafka: CustomStringConvertible, CustomReflectable {
    /// The properties by name, without their values.
    package var description: String {
        "Kafka(\(self.bootstrapServers), \(self.groupID), \(self.delivery.rawValue), "
            + "properties: \(self.properties.keys.sorted()))"
    }

    package var customMirror: Mirror { Mirror(self, children: ["description": self.description]) }
}

extension ServiceConfiguration.Audit: CustomStringConvertible, CustomReflectable {
    /// The database, and whether a key is set.
    package var description: String {
        func shown(_ key: [UInt8]?) -> String { key == nil ? "nil" : Secret.redacted }
        return "Audit(\(self.database), fingerprintKeyBytes: \(shown(self.fingerprintKeyBytes)), "
            + "checkpointKeyBytes: \(shown(self.checkpointKeyBytes)))"
    }

    package var customMirror: Mirror { Mirror(self, children: ["description": self.description]) }
}

extension BoundedFile: CustomStringConvertible, CustomReflectable {
    /// Never the text.
    var description: String { "BoundedFile(\(self.text.utf8.count) bytes)" }
    var customMirror: Mirror { Mirror(self, children: ["description": self.description]) }
}

extension YAMLFile: CustomStringConvertible, CustomReflectable {
    /// Never what is in it.
    var description: String { "YAMLFile(\(self.source.text.utf8.count) bytes)" }
    var customMirror: Mirror { Mirror(self, children: ["description": self.description]) }
}

extension ConfigurationFile: CustomStringConvertible, CustomReflectable {
    /// The settings by name, without their values.
    var description: String { "ConfigurationFile(\(self.values.keys.map(\.key).sorted()))" }
    var customMirror: Mirror { Mirror(self, children: ["description": self.description]) }
}

extension PropertiesFile: CustomStringConvertible, CustomReflectable {
    /// The properties by name, without their values.
    var description: String { "PropertiesFile(\(self.properties.keys.sorted()))" }
    var customMirror: Mirror { Mirror(self, children: ["description": self.description]) }
}

extension ConfigurationLayers: CustomStringConvertible, CustomReflectable {
    /// Never the values.
    var description: String { "ConfigurationLayers(<redacted>)" }
    var customMirror: Mirror { Mirror(self, children: []) }
}

extension ServiceConfiguration {
    /// What the entry of a start says about the configuration; nothing secret.
    var auditDetails: [String: String] {
        var details = [
            "topic": self.kafka.loginEventsTopic, "group": self.kafka.groupID,
            "delivery": self.kafka.delivery.rawValue, "policy": self.policy.version,
            "apps": self.platform.credentials.map(\.kgAppId).sorted().prefix(100).joined(separator: " "),
            "platform": self.platform.baseURL,
        ]
        let exposures = self.exposures.map(\.name)
        if !exposures.isEmpty { details["exposures"] = exposures.joined(separator: " ") }
        return details
    }
}
