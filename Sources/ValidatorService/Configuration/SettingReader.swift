import Foundation

/// Turns the texts of settings into values; what breaks a rule becomes a problem, and the default stands.
struct SettingReader {
    let layers: ConfigurationLayers
    var problems: [ConfigurationError.Problem]
    var warnings: [String]
    /// The settings read so far, for `config show`.
    private(set) var values: [ServiceConfiguration.EffectiveValue] = []

    /// A secret in a file of its own is no longer than this.
    static let maximumSecretBytes = 4096

    init(layers: ConfigurationLayers) {
        self.layers = layers
        self.problems = layers.problems
        self.warnings = layers.warnings
    }

    /// The text, remembered for `config show`.
    mutating func text(_ setting: Setting, default standard: String? = nil) -> String? {
        let found = self.layers.value(of: setting)
        let shown = found?.text ?? standard ?? ""
        self.values.append(
            .init(
                key: setting.key,
                environmentName: setting.name,
                value: setting.isSecret && !shown.isEmpty ? Secret.redacted : shown,
                origin: found?.origin ?? .default
            )
        )
        return found?.text ?? standard
    }

    /// The secret of a setting or of the file that its `NAME_FILE` names.
    ///
    /// The higher layer wins; both in one layer contradict each other.
    mutating func secret(_ setting: Setting) -> Secret? {
        let direct = self.text(setting)
        let path = self.text(setting.inFile)
        let origins = (self.layers.value(of: setting)?.origin, self.layers.value(of: setting.inFile)?.origin)
        guard let path, let fileOrigin = origins.1 else { return direct.map(Secret.init) }
        if let origin = origins.0 {
            guard origin != fileOrigin else {
                self.problems.append(.init(setting, origin, "and \(setting.inFile.name) are both set; remove one."))
                return nil
            }
            if origin > fileOrigin { return direct.map(Secret.init) }
        }
        do throws(ConfigurationError.Problem) {
            let name = self.layers.problem(of: setting.inFile)
            let file = try BoundedFile(path, named: name, maximumBytes: Self.maximumSecretBytes)
            let secret = file.text.trimmingCharacters(in: .newlines)
            guard !secret.isEmpty else {
                throw name.naming(path, "is empty; put the secret into it.")
            }
            self.warnings += [file.permissionWarning(path, named: setting.inFile.name, holdsSecrets: true)].compactMap {
                $0
            }
            return Secret(secret)
        } catch {
            self.problems.append(error)
            return nil
        }
    }

    /// Remembers that a setting breaks a rule.
    mutating func complain(about setting: Setting, _ rule: String) {
        self.problems.append(self.layers.problem(of: setting).with(rule))
    }

    /// - Parameters:
    ///   - shown: The default as text.
    ///   - rule: What a value must be, as the rest of "must be".
    ///   - parse: `nil` breaks the rule.
    mutating func value<Value>(
        _ setting: Setting,
        default standard: Value,
        shown: String,
        rule: String,
        _ parse: (String) -> Value?
    ) -> Value {
        guard let text = self.text(setting, default: shown), text != shown else { return standard }
        guard let value = parse(text) else {
            self.complain(about: setting, "must be \(rule).")
            return standard
        }
        return value
    }
}
