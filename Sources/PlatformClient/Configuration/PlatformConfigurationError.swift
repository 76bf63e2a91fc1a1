/// Why a configuration or a set of credentials cannot be used: every field at fault with the rule it breaks.
///
/// Values are never part of it, because a field can be a secret.
public struct PlatformConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// One field and the rule it breaks.
    public struct Problem: Hashable, Sendable, CustomStringConvertible {
        /// The property's name, such as `appSecret`.
        public var field: String
        /// What the field must be, such as "must be 1 to 32 digits".
        public var rule: String

        /// Makes a problem of a field and its rule.
        public init(field: String, rule: String) {
            self.field = field
            self.rule = rule
        }

        /// The field and its rule.
        public var description: String { "\(self.field) \(self.rule)" }
    }

    /// At least one problem, in the order of the properties.
    public var problems: [Problem]

    /// Makes an error of at least one problem.
    public init(problems: [Problem]) {
        self.problems = problems
    }

    /// Every problem in one sentence.
    public var description: String {
        "The platform client's configuration cannot be used: "
            + self.problems.map(\.description).joined(separator: "; ") + "."
    }
}
