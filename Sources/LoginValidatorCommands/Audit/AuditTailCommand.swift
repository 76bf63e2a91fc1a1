import ArgumentParser
import AuditTrail

/// `audit tail`: the newest entries, in the order they came.
struct AuditTailCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail",
        abstract: "Shows the newest entries, oldest of them first; with -f goes on with those that come."
    )

    @Option(name: [.customShort("n"), .long], help: "How many entries, 1 to 10000.")
    var lines = 20

    @Flag(name: [.customShort("f"), .long], help: "Go on until interrupted.")
    var follow = false

    @OptionGroup var filters: FilterOptions

    @Option(help: "table, ndjson or csv; without --follow json too.")
    var format: OutputFormat = .table

    @OptionGroup var trail: TrailOptions

    /// How often a followed trail is looked at.
    static let interval: Duration = .milliseconds(250)

    func validate() throws {
        guard TrailQuery.limits.contains(self.lines) else { throw ValidationError("--lines must be from 1 to 10000.") }
        if self.format == .json && self.follow {
            throw ValidationError("--format must be table, ndjson or csv with --follow; a JSON array would never end.")
        }
    }

    func run() async throws {
        let trail = try self.trail.open()
        defer { trail.close() }
        let reader = trail.reader
        var query = try self.filters.query(self.trail)
        query.limit = self.lines
        var writer = EntryWriter(format: self.format)
        var seen = try reader.latestIndex() ?? -1
        query.after = seen + 1
        let page = try reader.entries(query).entries
        try trail.record("tail", self.filters.question, entries: page.count)
        for entry in page.reversed() { try writer.write(entry) }
        guard self.follow else {
            writer.finish()
            return
        }
        writer.flushTable()
        // All of a look fit into one page, and are recorded before they are shown.
        query.limit = TrailQuery.limits.upperBound
        while true {
            try await Task.sleep(for: Self.interval)
            guard let latest = try reader.latestIndex(), latest > seen else { continue }
            let end = min(latest, seen + Int64(TrailQuery.limits.upperBound))
            query.before = seen
            query.after = end + 1
            let entries = try reader.entries(query).entries
            seen = end
            guard !entries.isEmpty else { continue }
            try trail.record("tail", self.filters.question, entries: entries.count)
            for entry in entries.reversed() { try writer.write(entry) }
            writer.flushTable()
        }
    }
}
