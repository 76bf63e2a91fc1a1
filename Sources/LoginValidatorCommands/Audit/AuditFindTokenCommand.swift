import ArgumentParser
import AuditTrail

/// `audit find-token`: the entries of a token that the auditor holds.
struct AuditFindTokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "find-token",
        abstract: "Finds the entries of an access token, read from standard input or a file, by its fingerprint."
    )

    @Option(help: "The file that holds the token; standard input if not given.")
    var file: String?

    @Option(help: "At most this many entries, 1 to 10000.")
    var limit = 100

    @Option(help: "table, json, ndjson or csv.")
    var format: OutputFormat = .table

    @OptionGroup var trail: TrailOptions

    func validate() throws {
        guard TrailQuery.limits.contains(self.limit) else { throw ValidationError("--limit must be from 1 to 10000.") }
    }

    func run() async throws {
        let trail = try self.trail.open()
        defer { trail.close() }
        var query = TrailQuery()
        query.kinds = [.validation]
        query.limit = self.limit
        query.tokenFingerprint = try self.trail.fingerprinter().fingerprint(of: TokenInput.read(from: self.file))
        let page = try trail.reader.entries(query)
        try trail.record("find-token", entries: page.entries.count)
        var writer = EntryWriter(format: self.format)
        for entry in page.entries { try writer.write(entry) }
        writer.finish()
        if page.nextAfter != nil { Terminal.remark("There are more than \(self.limit).\n") }
    }
}
