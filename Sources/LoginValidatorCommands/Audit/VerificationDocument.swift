import AuditTrail

/// What `audit verify` says.
struct VerificationDocument: Encodable {
    var trail: String
    var verified: Bool
    var entries: Int64
    var root: String
    var checkpoints: Int
    var givenCheckpoints: Int
    var coveredEntries: Int64
    var verifierKeys: [String]
    var accessLog: Accesses?
    var problems: [Problem]
    var seconds: Double
    private let isTrusted: Bool
    private let given: Int

    struct Problem: Encodable {
        var index: Int64?
        var message: String
    }

    /// What was found in the access log.
    struct Accesses: Encodable {
        var entries: Int64
        var root: String
        var coveredEntries: Int64
    }

    private enum CodingKeys: String, CodingKey {
        case trail, verified, entries, root, checkpoints, givenCheckpoints, coveredEntries, verifierKeys, accessLog,
            problems, seconds
    }

    /// - Parameter accesses: what was found in the access log; `nil` when it is off.
    init(
        _ verification: TrailVerification,
        _ accesses: AccessLogVerification?,
        trailID: String,
        given: Int,
        isTrusted: Bool,
        duration: Duration
    ) {
        self.trail = trailID
        self.entries = verification.entries
        self.root = Base64.encode(verification.root.bytes)
        self.checkpoints = verification.checkpoints
        self.givenCheckpoints = verification.givenCheckpoints
        self.coveredEntries = verification.covered
        self.verifierKeys = verification.verifiers.map(\.description).sorted()
        self.accessLog = accesses.map {
            Accesses(entries: $0.entries, root: Base64.encode($0.root.bytes), coveredEntries: $0.covered)
        }
        self.problems = verification.problems.map { Problem(index: $0.index, message: $0.message) }
        self.problems += (accesses?.problems ?? []).map { Problem(index: nil, message: "Access log: \($0)") }
        self.verified = self.problems.isEmpty
        self.seconds = Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
        self.isTrusted = isTrusted
        self.given = given
    }

    var text: String {
        var lines = ["Trail \(self.trail): \(self.entries) entries, root \(self.root)"]
        lines.append(
            "\(self.checkpoints) checkpoints of its own agree; the newest covers \(self.coveredEntries) entries, "
                + "\(self.entries - self.coveredEntries) came since."
        )
        if self.given > 0 { lines.append("\(self.givenCheckpoints) of \(self.given) given checkpoints agree.") }
        lines += self.verifierKeys.map {
            "Signed with \($0)\(self.isTrusted ? "" : " (the trail's own word: give --key)")"
        }
        if let accessLog = self.accessLog {
            lines.append(
                "Access log: \(accessLog.entries) entries, root \(accessLog.root); the trail knows the first "
                    + "\(accessLog.coveredEntries)."
            )
        } else {
            lines.append("The access log is off, and was not looked at.")
        }
        if self.given == 0 {
            lines.append("No checkpoint from elsewhere was given: a trail rewritten as a whole would look the same.")
        }
        if self.verified {
            lines.append("VERIFIED: nothing is wrong.")
        } else {
            lines.append("NOT VERIFIED:")
            lines += self.problems.map { problem in
                "  " + Terminal.printable((problem.index.map { "entry \($0): " } ?? "") + problem.message)
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
