import LoginContracts
import ValidationPipeline
import Yams

/// One row of a policy file, and everything that is wrong with it.
struct PolicyRow {
    private(set) var match: VerdictPolicy.Override.Match?
    private var action: VerdictPolicy.Action?
    private var reason: DecisionReason?
    /// Empty for a row that can be used.
    var faults: [String] = []

    private static let members = ["status", "code", "row", "action", "reason"]
    /// Reasons that are found without an answer of the platform, so no row can give them.
    private static let ownReasons: Set<DecisionReason> = [.platformUnavailable, .tooOld, .malformed, .unknownApp]

    init(_ node: Node) {
        guard let mapping = node.mapping else {
            self.faults = ["must be a mapping of status, code or row, and action, and perhaps reason"]
            return
        }
        if mapping.contains(where: { !Self.members.contains($0.key.text ?? "") }) {
            self.faults.append("has an unknown member; only \(Self.members.joined(separator: ", ")) are known")
        }
        self.readMatch(mapping)
        self.readRuling(mapping)
    }

    var override: VerdictPolicy.Override? {
        guard let match, let action else { return nil }
        return .init(match: match, action: action, reason: self.reason)
    }

    private mutating func readMatch(_ mapping: Node.Mapping) {
        let given = ["status", "code", "row"].filter { mapping[$0] != nil }
        guard given.count == 1, let member = given.first else {
            self.faults.append("must have one of status, code and row")
            return
        }
        let text = mapping[member]?.text ?? ""
        switch member {
        case "status":
            self.match = Int(digits: text).flatMap { (100...599).contains($0) ? .status($0) : nil }
            if self.match == nil { self.faults.append("must have a status from 100 to 599") }
        case "code":
            let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
            self.match = Int(digits: digits).map { .code(text.hasPrefix("-") ? -$0 : $0) }
            if self.match == nil { self.faults.append("must have a code that is a whole number, such as -29401") }
        default:
            self.match = VerdictPolicy.Row(rawValue: text).map { .row($0) }
            if self.match == nil {
                self.faults.append("must have a row that is one of \(Self.words(VerdictPolicy.Row.self))")
            }
        }
    }

    private mutating func readRuling(_ mapping: Node.Mapping) {
        self.action = mapping["action"]?.text.flatMap(VerdictPolicy.Action.init(rawValue:))
        if self.action == nil {
            self.faults.append("must have an action that is one of \(Self.words(VerdictPolicy.Action.self))")
        }
        guard let node = mapping["reason"], !node.isNull else { return }
        guard let reason = node.text.flatMap(DecisionReason.init(rawValue:)), !Self.ownReasons.contains(reason) else {
            let reasons = DecisionReason.allCases.filter { !Self.ownReasons.contains($0) }.map(\.rawValue)
            self.faults.append("must have a reason that is one of \(reasons.joined(separator: ", ")), or none")
            return
        }
        self.reason = reason
        if self.action == .pass || self.action == .retry {
            self.faults.append("must not have a reason: its action takes none")
        }
    }

    private static func words<Word: RawRepresentable<String> & CaseIterable>(_ type: Word.Type) -> String {
        type.allCases.map(\.rawValue).joined(separator: ", ")
    }
}
