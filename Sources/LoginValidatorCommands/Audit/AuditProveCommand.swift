import ArgumentParser
import AuditTrail

/// `audit prove`: a proof to hand to somebody who has a checkpoint.
struct AuditProveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prove",
        abstract: "Proves that an entry is in the trail, or that the trail continues an earlier state of it.",
        discussion: """
            --index prints a C2SP tlog-proof, --from-size a consistency proof as JSON; both are against the newest \
            checkpoint. --base prints as JSON what an export begins with whose oldest entries were removed. \
            ops/verify-trail.py checks them all without this program.
            """
    )

    @Option(help: "The entry's index.")
    var index: Int64?

    @Option(help: "Write the entry, one line of JSON, to this file; verifiers need it beside the proof.")
    var entry: String?

    @Option(help: "The number of entries of an earlier checkpoint.")
    var fromSize: Int64?

    @Flag(help: "The tree of the entries that were removed: verifiers of an export need it beside the file.")
    var base = false

    @OptionGroup var trail: TrailOptions

    func validate() throws {
        guard [self.index != nil, self.fromSize != nil, self.base].count(where: { $0 }) == 1 else {
            throw ValidationError("Give one of --index, --from-size and --base.")
        }
        guard self.index ?? 0 >= 0, self.fromSize ?? 0 >= 0 else {
            throw ValidationError("--index and --from-size are not negative.")
        }
        if self.entry != nil, self.index == nil { throw ValidationError("--entry goes with --index.") }
    }

    func run() async throws {
        let trail = try self.trail.open()
        defer { trail.close() }
        let reader = trail.reader
        if self.base { return try Self.showBase(trail) }
        let newest = try reader.requiredCheckpoint()
        let size = newest.checkpoint.size
        if let index {
            guard let proof = try reader.inclusionProof(of: index) else {
                let exists = try reader.entry(at: index) != nil
                throw CommandFailure(
                    .failed,
                    exists
                        ? "No checkpoint covers entry \(index) yet: the newest covers \(size) entries. Try again after the next one."
                        : "The trail has no entry \(index)."
                )
            }
            guard proof.holds else {
                throw CommandFailure(
                    .failed,
                    "The trail cannot prove entry \(index), for it was changed: run audit verify."
                )
            }
            try trail.record("prove", ["index": "\(index)"], entries: self.entry == nil ? 0 : 1)
            if let entry { try OutputFile.write(proof.entry.document + [0x0A], to: entry) }
            Terminal.write(proof.text)
        }
        if let fromSize {
            guard let proof = try reader.consistencyProof(from: fromSize, to: size) else {
                throw CommandFailure(.failed, "The newest checkpoint covers \(size) entries, fewer than \(fromSize).")
            }
            try trail.record("prove", ["from-size": "\(fromSize)"], entries: 0)
            Terminal.write(
                try JSON.line(
                    ConsistencyDocument(
                        from: fromSize,
                        to: size,
                        proof: proof.map { Base64.encode($0.bytes) },
                        checkpoint: newest.note
                    )
                ) + "\n"
            )
        }
    }

    private static func showBase(_ trail: RecordedTrail) throws {
        let (size, peaks) = try trail.reader.base()
        try trail.record("prove", ["base": "\(size)"], entries: 0)
        let document = BaseDocument(size: size, peaks: peaks.map { Base64.encode($0.bytes) })
        Terminal.write(try JSON.line(document) + "\n")
    }

    private struct BaseDocument: Encodable {
        var format = "login-validator-base/1"
        var size: Int64
        var peaks: [String]
    }

    private struct ConsistencyDocument: Encodable {
        var format = "login-validator-consistency/1"
        var from: Int64
        var to: Int64
        var proof: [String]
        var checkpoint: String
    }
}
