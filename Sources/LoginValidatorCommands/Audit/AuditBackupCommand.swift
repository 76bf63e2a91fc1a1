import ArgumentParser
import AuditTrail

/// `audit backup`: a consistent copy of a trail that is being written.
struct AuditBackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copies the trail as of one moment, also while the service writes it.",
        discussion: """
            The copy is a trail like any other, for reading. The keys beside the trail are not copied. Do not put an older \
            copy in the place of a trail that has gone on: the service refuses to sign it.
            """
    )

    @Argument(help: "The file to write, which must not exist.")
    var destination: String

    @OptionGroup var trail: TrailOptions

    func run() async throws {
        let reader = try self.trail.open()
        defer { reader.close() }
        var bar = ProgressBar("Copying", total: 0)
        try reader.backUp(to: self.destination) { done, total in
            bar.total = total
            bar.update(done)
        }
        bar.finish()
        let copy = try TrailReader(path: self.destination)
        defer { copy.close() }
        Terminal.remark("\(try copy.count()) entries.\n")
    }
}
