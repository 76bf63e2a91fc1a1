import AuditTrail

/// What `audit verify` says.
struct VerificationDocument: Encodable {
    var trail: String
    var verified: Bool
    var entries: Int64
    /// How many entries before those were removed by policy.
    var removedEntries: Int64
    var root: String
    var checkpoints: Int
    var givenCheckpoints: Int
    /// Sizes of given checkpoints that nothing was kept to compare with.
    var uncomparedCheckpoints: [Int64]
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
        case trail, verified, entries, removedEntries, root, checkpoints, givenCheckpoints, uncomparedCheckpoints,
            coveredEntries, verifierKeys, accessLog, problems, seconds
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
        self.removedEntries = verification.removed
        self.uncomparedCheckpoints = verification.uncompared
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
        if self.removedEntries > 0 {
            lines.append(
                "The \(self.removedEntries) entries before those were removed by policy; their hashes and checkpoints are kept."
            )
        }
        lines.append(
            "\(self.checkpoints) checkpoints of its own agree; the newest covers \(self.coveredEntries) entries, "
                + "\(self.removedEntries + self.entries - self.coveredEntries) came since."
        )
        if self.given > 0 { lines.append("\(self.givenCheckpoints) of \(self.given) given checkpoints agree.") }
        lines += self.uncomparedCheckpoints.map {
            "The given checkpoint of \($0) entries cannot be compared: its entries were removed, and the trail keeps none of that size."
        }
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
