import Crypto
import LoginContracts
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
enum PolicyFile {
    static let maximumRows = 1000

    static func read(_ path: String) -> (rows: [VerdictPolicy.Override], problems: [ConfigurationError.Problem]) {
        let name = Setting.policyFile.name
        let root: Node?
        do throws(ConfigurationError.Problem) {
            root = try YAMLFile.read(path, named: name)
        } catch {
            return ([], [error])
        }
        guard let sequence = root?.mapping?["rows"]?.sequence, sequence.count <= Self.maximumRows else {
            return ([], [.init(name, "names \(path), which must hold a list `rows` of at most \(Self.maximumRows).")])
        }
        var rows: [VerdictPolicy.Override] = []
        var problems: [ConfigurationError.Problem] = []
        for (index, node) in sequence.enumerated() {
            do throws(ConfigurationError.Problem) {
                rows.append(try Self.row(node, name: "\(name) row \(index)"))
            } catch {
                problems.append(error)
            }
        }
        return (rows, problems)
    }

    private static func row(_ node: Node, name: String) throws(ConfigurationError.Problem) -> VerdictPolicy.Override {
        guard let mapping = node.mapping else { throw .init(name, "must be a mapping.") }
        for (key, _) in mapping where !["status", "code", "row", "action", "reason"].contains(key.string ?? "") {
            throw .init(name, "has an unknown member; use status, code or row, and action, and reason.")
        }
        let matches: [VerdictPolicy.Override.Match?] = [
            mapping["status"]?.int.flatMap { (100...999).contains($0) ? .status($0) : nil },
            mapping["code"]?.int.map { .code($0) },
            mapping["row"]?.string.flatMap(VerdictPolicy.Row.init(rawValue:)).map { .row($0) },
        ]
        let given = ["status", "code", "row"].filter { mapping[$0] != nil }
        guard given.count == 1, let match = matches.compactMap({ $0 }).first else {
            let rows = VerdictPolicy.Row.allCases.map(\.rawValue).joined(separator: ", ")
            throw .init(name, "needs one of status (100 to 999), code (a number) or row (\(rows)).")
        }
        guard let action = mapping["action"]?.string.flatMap(VerdictPolicy.Action.init(rawValue:)) else {
            let actions = VerdictPolicy.Action.allCases.map(\.rawValue).joined(separator: ", ")
            throw .init(name, "needs an action: \(actions).")
        }
        guard let reasonText = mapping["reason"]?.string else { return .init(match: match, action: action) }
        guard let reason = DecisionReason(rawValue: reasonText) else {
            let reasons = DecisionReason.allCases.map(\.rawValue).joined(separator: ", ")
            throw .init(name, "has an unknown reason; use one of \(reasons).")
        }
        return .init(match: match, action: action, reason: reason)
    }

    /// The profile's name and, when rows differ from it, the first 8 hexadecimal digits of their SHA-256.
    static func version(profile: VerdictPolicy.Profile, rows: [VerdictPolicy.Override]) -> String {
        guard !rows.isEmpty else { return profile.rawValue }
        let canonical = rows.map { "\($0.match) \($0.action.rawValue) \($0.reason?.rawValue ?? "-")" }
        let digest = SHA256.hash(data: Array(canonical.joined(separator: "\n").utf8))
        return "\(profile.rawValue)+\(Array(digest.prefix(4)).hexadecimal)"
    }
}
