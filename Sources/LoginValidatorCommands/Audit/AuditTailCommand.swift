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
        let reader = try self.trail.open()
        defer { reader.close() }
        var query = try self.filters.query(self.trail)
        query.limit = self.lines
        var writer = EntryWriter(format: self.format)
        var seen = try reader.latestIndex() ?? -1
        query.after = seen + 1
        for entry in try reader.entries(query).entries.reversed() { try writer.write(entry) }
        guard self.follow else {
            writer.finish()
            return
        }
        writer.flushTable()
        query.after = nil
        while true {
            try await Task.sleep(for: Self.interval)
            guard let latest = try reader.latestIndex(), latest > seen else { continue }
            query.before = seen
            query.after = latest + 1
            try reader.forEach(query, ascending: true) { try writer.write($0) }
            writer.flushTable()
            seen = latest
        }
    }
}
