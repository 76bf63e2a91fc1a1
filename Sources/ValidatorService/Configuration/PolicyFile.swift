import ValidationPipeline
import Yams

/// The rows of the verdict table that a policy file changes.
///
/// ```yaml
/// rows:
///   - { status: 462, action: pass }
///   - { code: -10102, action: kick, reason: sanctioned }
///   - { row: abnormalState, action: retry }
/// ```
struct PolicyFile {
    private(set) var rows: [VerdictPolicy.Override] = []
    private(set) var problems: [ConfigurationError.Problem] = []
    private(set) var warnings: [String] = []

    static let maximumBytes = 262_144
    static let maximumRows = 1000

    /// - Throws: A problem if there are no rows to read; what is wrong with single rows is in ``problems``.
    init(_ path: String, named name: ConfigurationError.Problem) throws(ConfigurationError.Problem) {
        let document = try YAMLFile(path, named: name, maximumBytes: Self.maximumBytes)
        if let warning = document.source.permissionWarning(path, named: name.key, holdsSecrets: false) {
            self.warnings.append(warning)
        }
        guard let root = document.root?.mapping, root.count == 1, let list = root["rows"]?.sequence,
            (1...Self.maximumRows).contains(list.count)
        else {
            let rule = "must hold `rows:`, a list of 1 to \(Self.maximumRows), and nothing else."
            throw name.naming(path, rule)
        }
        var seen: [VerdictPolicy.Override.Match: Int] = [:]
        for (index, node) in list.enumerated() {
            var row = PolicyRow(node)
            if let match = row.match, let first = seen.updateValue(index, forKey: match) {
                row.faults.append("matches the same answers as row \(first); remove one")
            }
            if row.faults.isEmpty, let override = row.override {
                self.rows.append(override)
                if let warning = override.warning { self.warnings.append("\(name.key) row \(index) \(warning)") }
            }
            self.problems += row.faults.map { .init("\(name.key) row \(index)", $0 + ".") }
        }
    }
}
