import ArgumentParser
import AuditTrail

/// `audit checkpoint`: what to keep somewhere else.
struct AuditCheckpointCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "checkpoint",
        abstract: "Prints the newest checkpoint, and on stderr the key that verifies it.",
        discussion: "Keep both elsewhere: with them anybody notices when the trail is changed, cut off or replaced."
    )

    @Flag(help: "Print the verifier key instead.")
    var key = false

    @Flag(help: "Print every checkpoint, oldest first.")
    var all = false

    @Option(help: "table (the note as it is) or json.")
    var format: OutputFormat = .table

    @OptionGroup var trail: TrailOptions

    /// Read at a time.
    private static let page = 1000

    func validate() throws {
        if self.format != .table && self.format != .json { throw ValidationError("--format must be table or json.") }
        if self.key, self.all { throw ValidationError("Give one of --key and --all.") }
    }

    func run() async throws {
        let trail = try self.trail.open()
        defer { trail.close() }
        let reader = trail.reader
        try trail.record("checkpoint", entries: 0)
        let newest = try reader.requiredCheckpoint()
        if self.key { return Terminal.write("\(newest.verifier)\n") }
        guard self.all else {
            try self.write(newest)
            if self.format == .table { Terminal.remark("Verifier key: \(newest.verifier)\n") }
            return
        }
        var size: Int64 = 0
        while true {
            let checkpoints = try reader.checkpoints(above: size, limit: Self.page)
            for checkpoint in checkpoints { try self.write(checkpoint) }
            guard let last = checkpoints.last else { break }
            size = last.checkpoint.size
        }
    }

    private func write(_ signed: SignedCheckpoint) throws {
        guard self.format == .json else { return Terminal.write(signed.note) }
        Terminal.write(try JSON.line(CheckpointDocument(signed)) + "\n")
    }
}
