import Configuration
import Foundation

/// The layers of the configuration, the winning one first.
///
/// Each is a `ConfigReader` of its own, so that it is known where a value came from.
struct ConfigurationLayers {
    private var layers: [(origin: ServiceConfiguration.Origin, reader: ConfigReader)] = []
    private(set) var problems: [ConfigurationError.Problem] = []
    private(set) var warnings: [String] = []

    /// Variables that are almost a setting and named in a warning, at most.
    static let maximumNearMisses = 20

    /// - Parameters:
    ///   - flags: by environment name or file key.
    init(file: String?, environment: [String: String], flags: [String: String]) {
        self.add(.flag, environment: self.accepted(flags))
        self.add(.environment, environment: environment)
        self.warnings += Self.nearMisses(in: environment)
        if let file { self.add(.file, values: self.values(in: file)) }
    }

    /// The winning value, without the white space around it; an empty one counts as not set.
    func value(of setting: Setting) -> (text: String, origin: ServiceConfiguration.Origin)? {
        for (origin, reader) in self.layers {
            let text = reader.string(forKey: ConfigKey(setting.key), isSecret: setting.isSecret)?
                .trimmingCharacters(in: .whitespacesAndNewlines)
            if let text, !text.isEmpty { return (text, origin) }
        }
        return nil
    }

    /// A problem of a setting, named with the layer of its value; the rule is filled in later.
    func problem(of setting: Setting) -> ConfigurationError.Problem {
        .init(setting, self.value(of: setting)?.origin, "")
    }

    private mutating func add(_ origin: ServiceConfiguration.Origin, environment: [String: String]) {
        let provider = EnvironmentVariablesProvider(
            environmentVariables: environment,
            secretsSpecifier: .specific(Set(Setting.all.filter(\.isSecret).map(\.name)))
        )
        self.layers.append((origin, ConfigReader(provider: provider)))
    }

    private mutating func add(_ origin: ServiceConfiguration.Origin, values: [Setting: String]) {
        var keyed: [AbsoluteConfigKey: ConfigValue] = [:]
        for (setting, text) in values {
            keyed[AbsoluteConfigKey(ConfigKey(setting.key))] = ConfigValue(.string(text), isSecret: setting.isSecret)
        }
        self.layers.append((origin, ConfigReader(provider: InMemoryProvider(values: keyed))))
    }

    /// The flags by environment name, without those that are refused.
    private mutating func accepted(_ flags: [String: String]) -> [String: String] {
        var accepted: [String: String] = [:]
        for (name, value) in flags.sorted(by: { $0.key < $1.key }) {
            guard let setting = Setting.named(name) else {
                self.problems.append(
                    .init("--set \(name.prefix(64))", "is not a setting; \(Setting.hint(for: name))")
                )
                continue
            }
            if setting.isSecret {
                let rule =
                    "must not be a flag, which every user of this machine can see; set it in the environment, or name "
                    + "a file in \(setting.inFile.name)."
                self.problems.append(.init(setting, .flag, rule))
            } else if accepted.updateValue(value, forKey: setting.name) != nil {
                self.problems.append(.init(setting, .flag, "is given twice; remove one."))
            }
        }
        return accepted
    }

    private mutating func values(in file: String) -> [Setting: String] {
        do throws(ConfigurationError.Problem) {
            let file = try ConfigurationFile(file)
            self.problems += file.problems
            self.warnings += file.warnings
            return file.values
        } catch {
            self.problems.append(error)
            return [:]
        }
    }

    /// Variables that are almost a setting. Other programs have variables too, so this is no more than a remark.
    ///
    /// A short name is near to many honest ones, so it may differ in one place only.
    private static func nearMisses(in environment: [String: String]) -> [String] {
        let misses = environment.keys.sorted().lazy.compactMap { name -> String? in
            guard Setting.named(name) == nil, (3...String.maximumComparedLength).contains(name.utf8.count) else {
                return nil
            }
            guard Setting.mayBeNear(name) else { return nil }
            let nearest = Setting.nearest(to: name)
            guard nearest.distance <= (name.utf8.count < 10 ? 1 : 2) else { return nil }
            return "\(name) in the environment is not a setting; did you mean \(nearest.name)?".withoutControlCharacters
        }
        return Array(misses.prefix(Self.maximumNearMisses))
    }
}
