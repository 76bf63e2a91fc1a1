/// Everything that is wrong with the configuration, at once.
package struct ConfigurationError: Error, CustomStringConvertible {
    /// At least one problem, in the order of the settings.
    package var problems: [Problem]
    /// What is allowed and worth a remark; a misspelt name here often explains a problem.
    package var warnings: [String]

    /// Problems that a description lists; the rest is counted.
    package static let maximumListedProblems = 100

    /// One thing that is wrong: which setting breaks which rule and what to do. Never a value, which may be a secret.
    package struct Problem: Error, Hashable, Sendable, CustomStringConvertible {
        /// The environment name of the setting, or what else is at fault, such as `--set`.
        package var key: String
        /// The setting's key in a configuration file, where it is a setting.
        package var fileKey: String?
        /// The layer that gave the value; `nil` if none did.
        package var origin: ServiceConfiguration.Origin?
        /// What is wrong and what to do, as the rest of a sentence that begins with the key.
        package var rule: String

        package init(_ key: String, _ rule: String) {
            self.key = key
            self.rule = rule
        }

        init(_ setting: Setting, _ origin: ServiceConfiguration.Origin?, _ rule: String) {
            self.key = setting.name
            self.fileKey = setting.key
            self.origin = origin
            self.rule = rule
        }

        package var description: String {
            let remarks = [self.fileKey, self.origin.map(\.phrase)].compactMap { $0 }
            let subject = remarks.isEmpty ? self.key : "\(self.key) (\(remarks.joined(separator: ", ")))"
            return "\(subject) \(self.rule)".withoutControlCharacters
        }
    }

    package init(problems: [Problem], warnings: [String] = []) {
        self.problems = problems
        self.warnings = warnings
    }

    /// A line for each problem. The warnings are not part of it.
    package var description: String {
        let count = self.problems.count
        let head = count == 1 ? "The configuration has a problem:" : "The configuration has \(count) problems:"
        var lines = [head] + self.problems.prefix(Self.maximumListedProblems).map { "  \($0)" }
        if count > Self.maximumListedProblems { lines.append("  and \(count - Self.maximumListedProblems) more.") }
        return lines.joined(separator: "\n")
    }
}

extension ServiceConfiguration.Origin {
    /// Where a value comes from, as words of a sentence.
    fileprivate var phrase: String {
        switch self {
        case .default: "by default"
        case .file: "from the file"
        case .environment: "from the environment"
        case .flag: "from a flag"
        }
    }
}

extension String {
    /// The text on one line, fit for a terminal: names and paths come from files and the environment.
    var withoutControlCharacters: String {
        var shown = String.UnicodeScalarView()
        for scalar in self.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: shown.append("\u{FFFD}")
            default: shown.append(scalar)
            }
        }
        return String(shown)
    }
}
