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
        let trail = try self.trail.open()
        defer { trail.close() }
        let reader = trail.reader
        try trail.record("verify", entries: 0)
        let trusted = self.key.compactMap { NoteVerifier($0) }
        let keys = trusted.isEmpty ? try reader.verifiers() : trusted
        let given = try self.checkpoint.flatMap { try CheckpointFile.read($0, verifiedBy: keys) }
        let progress = SharedProgress("Verifying")
        let started = ContinuousClock.now
        let verification = try TrailVerifier(reader, against: given, trusted: Set(trusted))
            .verify { progress.update($0, of: $1) }
        progress.finish()
        let accesses = try trail.log?.verify(against: verification.accessLogHeads)
        let document = VerificationDocument(
            verification,
            accesses,
            trailID: reader.trailID,
            given: given.count,
            isTrusted: !trusted.isEmpty,
            duration: ContinuousClock.now - started
        )
        Terminal.write(self.format == .json ? try JSON.document(document) : document.text)
        if !document.verified { throw ExitCode(CommandFailure.Status.failed.rawValue) }
    }
}
