import Configuration
import Foundation
import Yams

/// The layers of the configuration, the winning one first.
struct ConfigurationLayers {
    private var layers: [(origin: ServiceConfiguration.Origin, reader: ConfigReader)] = []
    private(set) var warnings: [String] = []

    /// - Parameters:
    ///   - flags: by environment name.
    init(
        file: String?,
        environment: [String: String],
        flags: [String: String],
        _ problems: inout [ConfigurationError.Problem]
    ) {
        let known = Set(Setting.all.map(\.name))
        for name in flags.keys.sorted() where !known.contains(name) {
            problems.append(.init("--set \(name)", "is not a setting; `config show` lists them all."))
        }
        self.add(.flag, environment: flags)
        var variables = environment
        for setting in Setting.all where setting.isSecret {
            let fileName = setting.name + "_FILE"
            guard let path = environment[fileName], !path.isEmpty else { continue }
            if environment[setting.name] != nil {
                problems.append(.init(setting.name, "and \(fileName) are both set; remove one."))
            } else if let secret = self.secret(in: path, named: fileName, &problems) {
                variables[setting.name] = secret
            }
        }
        self.add(.environment, environment: variables)
        if let file { self.add(.file, values: Self.parse(file, &problems)) }
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

    private mutating func add(_ origin: ServiceConfiguration.Origin, environment: [String: String]) {
        let provider = EnvironmentVariablesProvider(environmentVariables: environment)
        self.layers.append((origin, ConfigReader(provider: provider)))
    }

    private mutating func add(_ origin: ServiceConfiguration.Origin, values: [String: String]) {
        let provider = InMemoryProvider(
            values: Dictionary(
                uniqueKeysWithValues: values.map {
                    (AbsoluteConfigKey(ConfigKey($0.key)), ConfigValue(.string($0.value), isSecret: false))
                }
            )
        )
        self.layers.append((origin, ConfigReader(provider: provider)))
    }

    private mutating func secret(
        in path: String,
        named name: String,
        _ problems: inout [ConfigurationError.Problem]
    ) -> String? {
        do throws(ConfigurationError.Problem) {
            let text = try BoundedFile.read(path, named: name, maximumBytes: 4096)
            if let warning = BoundedFile.permissionWarning(path, named: name) { self.warnings.append(warning) }
            return text.trimmingCharacters(in: .newlines)
        } catch {
            problems.append(error)
            return nil
        }
    }

    /// Reads a YAML or JSON file, which is YAML too, into flat keys; unknown keys are problems.
    private static func parse(_ path: String, _ problems: inout [ConfigurationError.Problem]) -> [String: String] {
        let root: Node?
        do throws(ConfigurationError.Problem) {
            root = try YAMLFile.read(path, named: "--config")
        } catch {
            problems.append(error)
            return [:]
        }
        var values: [String: String] = [:]
        var pending: [(key: String, node: Node)] = root.map { [("", $0)] } ?? []
        while let (key, node) = pending.popLast() {
            switch node {
            case .mapping(let mapping):
                for (name, value) in mapping {
                    guard let name = name.string else { continue }
                    pending.append((key.isEmpty ? name : "\(key).\(name)", value))
                }
            case .scalar(let scalar): values[key] = scalar.string
            default: problems.append(.init(key.isEmpty ? path : key, "must be a single value, in \(path)."))
            }
            if pending.count > YAMLFile.maximumNodes { break }
        }
        let known = Set(Setting.all.map(\.key))
        for key in values.keys.sorted() where !known.contains(key) {
            let nearest = Setting.all.map(\.key).min { $0.distance(to: key) < $1.distance(to: key) } ?? ""
            problems.append(.init(key, "in \(path) is not a setting; did you mean \(nearest)?"))
        }
        return values.filter { known.contains($0.key) }
    }
}

extension String {
    /// The number of insertions, removals and replacements that turn one text into the other.
    fileprivate func distance(to other: String) -> Int {
        let (left, right) = (Array(self.lowercased().prefix(64)), Array(other.lowercased().prefix(64)))
        var row = Array(0...right.count)
        for (i, a) in left.enumerated() {
            var previous = row[0]
            row[0] = i + 1
            for (j, b) in right.enumerated() {
                let replaced = previous + (a == b ? 0 : 1)
                previous = row[j + 1]
                row[j + 1] = Swift.min(replaced, row[j] + 1, previous + 1)
            }
        }
        return row[right.count]
    }
}
