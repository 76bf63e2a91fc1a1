import Yams

/// The file of `--config`: settings by key, nested or with dots.
///
/// ```yaml
/// kafka:
///   bootstrapServers: kafka-1:9092,kafka-2:9092
/// platform:
///   credentialsFile: /etc/login-validator/apps.yaml
/// log.level: debug
/// ```
struct ConfigurationFile {
    private(set) var values: [Setting: String] = [:]
    private(set) var problems: [ConfigurationError.Problem] = []
    private(set) var warnings: [String] = []
    private let path: String

    static let maximumBytes = 262_144
    /// Groups within groups at most; the settings need one.
    static let maximumDepth = 4
    /// Unknown keys that are named before the rest is only counted.
    static let maximumUnknownKeys = 20

    /// - Throws: A problem if there is nothing to read; what is wrong with single keys is in ``problems``.
    init(_ path: String) throws(ConfigurationError.Problem) {
        let document = try YAMLFile(path, named: .init("--config", ""), maximumBytes: Self.maximumBytes)
        self.path = BoundedFile.shown(path)
        guard let root = document.root, !root.isNull else { return }
        guard case .mapping(let mapping) = root else {
            throw .init("--config", "names \(self.path), which must hold settings as key: value.")
        }
        var unknown = 0
        self.read(mapping, prefix: "", depth: 1, unknown: &unknown)
        if unknown > Self.maximumUnknownKeys {
            self.problems.append(
                .init("--config", "names \(self.path), which holds \(unknown) keys that are no settings.")
            )
        }
        self.problems.sort { $0.key < $1.key }
        let holdsSecrets = self.values.keys.contains(where: \.isSecret)
        if let warning = document.source.permissionWarning(path, named: "--config", holdsSecrets: holdsSecrets) {
            self.warnings.append(warning)
        }
    }

    private mutating func read(_ mapping: Node.Mapping, prefix: String, depth: Int, unknown: inout Int) {
        for (key, value) in mapping {
            guard let name = key.text else {
                self.problems.append(.init("--config", "names \(self.path), which has a key that is not a text."))
                continue
            }
            let key = prefix + name
            let isGroup = Setting.groups.contains(key)
            if let setting = Setting.all.first(where: { $0.key == key }) {
                self.read(value, as: setting)
            } else if isGroup, depth < Self.maximumDepth, case .mapping(let group) = value {
                self.read(group, prefix: key + ".", depth: depth + 1, unknown: &unknown)
            } else if isGroup, value.isNull {
                continue
            } else if isGroup {
                self.problems.append(.init(key, "in \(self.path) must hold settings as key: value."))
            } else {
                unknown += 1
                guard unknown <= Self.maximumUnknownKeys else { continue }
                self.problems.append(
                    .init(String(key.prefix(64)), "in \(self.path) is not a setting; \(Setting.hint(for: key))")
                )
            }
        }
    }

    private mutating func read(_ value: Node, as setting: Setting) {
        guard !value.isNull else { return }
        guard let text = value.text else {
            self.problems.append(.init(setting, .file, "must be a single value."))
            return
        }
        if self.values.updateValue(text, forKey: setting) != nil {
            self.problems.append(.init(setting, .file, "is given twice; remove one."))
        }
    }
}
