import ArgumentParser
import AuditTrail

/// `audit query`: the entries that match, newest first.
struct AuditQueryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query",
        abstract: "Lists entries, newest first.",
        discussion: """
            When there are more than --limit, the last line on stderr says how to go on with --after. Pages stay right \
            while entries arrive.
            """
    )

    @OptionGroup var filters: FilterOptions

    @Option(help: "At most this many entries, 1 to 10000.")
    var limit = 100

    @Option(help: "Go on behind the entry with this index, where the page before ended.")
    var after: Int64?

    @Flag(help: "Show the service's own entries too: started, stopped and so on.")
    var service = false

    @Flag(help: "Say how the trail would be searched, instead of searching it.")
    var explain = false

    @Option(help: "table, json, ndjson or csv.")
    var format: OutputFormat = .table

    @OptionGroup var trail: TrailOptions

    func validate() throws {
        guard TrailQuery.limits.contains(self.limit) else {
            throw ValidationError(
                "--limit must be from \(TrailQuery.limits.lowerBound) to \(TrailQuery.limits.upperBound)."
            )
        }
    }

    func run() async throws {
        let trail = try self.trail.open()
        defer { trail.close() }
        var query = try self.filters.query(self.trail)
        query.limit = self.limit
        query.after = self.after
        if !self.service { query.kinds = [.validation] }
        if self.explain {
            let explanation = try trail.reader.explanation(query)
            try trail.record("query.explain", self.filters.question, entries: 0)
            return Terminal.write(ExplanationDocument(explanation).text)
        }
        let page = try trail.reader.entries(query)
        try trail.record("query", self.filters.question, entries: page.entries.count)
        var writer = EntryWriter(format: self.format)
        for entry in page.entries { try writer.write(entry) }
        writer.finish()
        if let next = page.nextAfter { Terminal.remark("More: --after \(next)\n") }
    }
}
