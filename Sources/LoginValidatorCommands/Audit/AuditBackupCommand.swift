import ArgumentParser
import AuditTrail

/// `audit backup`: a consistent copy of a trail that is being written.
struct AuditBackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copies the trail as of one moment, also while the service writes it.",
        discussion: """
            The copy is a trail like any other, for reading, with the access log as it is now beside it. The keys beside \
            the trail are not copied. Do not put an older \
            copy in the place of a trail that has gone on: the service refuses to sign it.
            """
    )

    @Argument(help: "The file to write, which must not exist.")
    var destination: String

    @OptionGroup var trail: TrailOptions

    func run() async throws {
        let trail = try self.trail.open(makingCopies: true)
        defer { trail.close() }
        try trail.recording("backup", ["destination": self.destination]) { try self.copy(trail) }
    }

    /// - Returns: how many entries the copy has.
    private func copy(_ trail: RecordedTrail) throws -> Int64 {
        var bar = ProgressBar("Copying", total: 0)
        try trail.reader.backUp(to: self.destination) { done, total in
            bar.total = total
            bar.update(done)
        }
        bar.finish()
        let copy = try TrailReader(path: self.destination)
        defer { copy.close() }
        try trail.backUpLog(toBeside: self.destination)
        let count = try copy.count()
        Terminal.remark("\(count) entries.\n")
        return count
    }
}
