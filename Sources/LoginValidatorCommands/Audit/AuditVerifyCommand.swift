import ArgumentParser
import AuditTrail
import Foundation

/// `audit verify`: the whole trail against itself, and against checkpoints that somebody kept.
struct AuditVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Verifies the whole trail: entries, hashes, signatures, deliveries and indices.",
        discussion: """
            Without a checkpoint from elsewhere this shows that the trail fits together. Only a checkpoint that you kept, \
            or took from the topic of checkpoints, shows that it was not rewritten as a whole, cut off or replaced by an \
            older copy. Ends with 1 when anything is wrong, and names the first bad entry.
            """
    )

    @Option(
        help: ArgumentHelp(
            "A file with checkpoints, one behind the other; can be given again.",
            valueName: "file"
        )
    )
    var checkpoint: [String] = []

    @Option(
        help: ArgumentHelp(
            "A verifier key to trust; can be given again. Without one the trail's own keys are taken.",
            valueName: "key"
        )
    )
    var key: [String] = []

    @Option(help: "table or json.")
    var format: OutputFormat = .table

    @OptionGroup var trail: TrailOptions

    func validate() throws {
        if self.format != .table && self.format != .json { throw ValidationError("--format must be table or json.") }
        for key in self.key where NoteVerifier(key) == nil {
            throw ValidationError(
                "--key is not a verifier key of Ed25519: NAME+ID+KEY, as audit checkpoint --key prints it."
            )
        }
    }

    func run() async throws {
        let reader = try self.trail.open()
        defer { reader.close() }
        let trusted = self.key.compactMap { NoteVerifier($0) }
        let keys = trusted.isEmpty ? try reader.verifiers() : trusted
        let given = try self.checkpoint.flatMap { try CheckpointFile.read($0, verifiedBy: keys) }
        let progress = SharedProgress("Verifying")
        let started = ContinuousClock.now
        let verification = try TrailVerifier(reader, against: given, trusted: Set(trusted))
            .verify { progress.update($0, of: $1) }
        progress.finish()
        let document = VerificationDocument(
            verification,
            trailID: reader.trailID,
            given: given.count,
            isTrusted: !trusted.isEmpty,
            duration: ContinuousClock.now - started
        )
        Terminal.write(self.format == .json ? try JSON.document(document) : document.text)
        if !verification.problems.isEmpty { throw ExitCode(CommandFailure.Status.failed.rawValue) }
    }
}

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
    var problems: [Problem]
    var seconds: Double
    private let isTrusted: Bool
    private let given: Int

    struct Problem: Encodable {
        var index: Int64?
        var message: String
    }

    private enum CodingKeys: String, CodingKey {
        case trail, verified, entries, root, checkpoints, givenCheckpoints, coveredEntries, verifierKeys, problems,
            seconds
    }

    init(_ verification: TrailVerification, trailID: String, given: Int, isTrusted: Bool, duration: Duration) {
        self.trail = trailID
        self.verified = verification.problems.isEmpty
        self.entries = verification.entries
        self.root = Base64.encode(verification.root.bytes)
        self.checkpoints = verification.checkpoints
        self.givenCheckpoints = verification.givenCheckpoints
        self.coveredEntries = verification.covered
        self.verifierKeys = verification.verifiers.map(\.description).sorted()
        self.problems = verification.problems.map { Problem(index: $0.index, message: $0.message) }
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
