import Foundation
import KafkaClient

/// librdkafka properties, `name=value`, a line each; `#` begins a comment line.
struct PropertiesFile {
    private(set) var properties: [String: String] = [:]
    /// Lines that are not properties, by number; never their text, which may hold a password.
    private(set) var problems: [ConfigurationError.Problem] = []
    /// Set if others can change the file, or read it though it holds secrets.
    private(set) var warning: String?

    static let maximumBytes = 262_144
    static let maximumProperties = 1000

    init(_ path: String, named name: ConfigurationError.Problem) throws(ConfigurationError.Problem) {
        let file = try BoundedFile(path, named: name, maximumBytes: Self.maximumBytes)
        var lines: [String: Int] = [:]
        // A carriage return with its line feed is one Character.
        let texts = file.text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" || $0 == "\r" }
        for (index, text) in texts.enumerated() {
            let line = text.trimmingCharacters(in: .whitespaces)
            if line.isEmpty || line.hasPrefix("#") { continue }
            guard let equals = line.firstIndex(of: "="), equals > line.startIndex else {
                let rule = "is not name=value in line \(index + 1); correct it, or begin a comment with #."
                self.problems.append(name.naming(path, rule))
                continue
            }
            let property = line[..<equals].trimmingCharacters(in: .whitespaces)
            if let first = lines.updateValue(index + 1, forKey: property) {
                let rule = "sets one property in the lines \(first) and \(index + 1); remove one."
                self.problems.append(name.naming(path, rule))
            }
            self.properties[property] = line[line.index(after: equals)...].trimmingCharacters(in: .whitespaces)
            guard self.properties.count <= Self.maximumProperties else {
                throw name.naming(path, "sets more than \(Self.maximumProperties) properties; shorten it.")
            }
        }
        let holdsSecrets = self.properties.contains { KafkaConfiguration.isSecret($0.key, $0.value) }
        self.warning = file.permissionWarning(path, named: name.key, holdsSecrets: holdsSecrets)
    }
}
