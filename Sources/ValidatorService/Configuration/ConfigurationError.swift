/// Everything that is wrong with the configuration, at once.
package struct ConfigurationError: Error, CustomStringConvertible {
    package var problems: [Problem]

    /// One thing that is wrong: which setting breaks which rule and what to do. Never a secret's value.
    package struct Problem: Hashable, Sendable, CustomStringConvertible {
        package var key: String
        package var rule: String

        package init(_ key: String, _ rule: String) {
            self.key = key
            self.rule = rule
        }

        package var description: String { "\(self.key) \(self.rule)" }
    }

    package init(problems: [Problem]) {
        self.problems = problems
    }

    package var description: String {
        let count = self.problems.count
        let head = count == 1 ? "The configuration has a problem:" : "The configuration has \(count) problems:"
        return ([head] + self.problems.map { "  \($0)" }).joined(separator: "\n")
    }
}
