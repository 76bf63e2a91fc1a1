import ArgumentParser
import AuditTrail
import LoginContracts

/// `audit stats`: counts and latencies.
struct AuditStatsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats",
        abstract: "Counts decisions by kind, reason, app and hour, and shows the platform's latency."
    )

    @OptionGroup var filters: FilterOptions

    @Option(help: "table or json.")
    var format: OutputFormat = .table

    @OptionGroup var trail: TrailOptions

    func validate() throws {
        if self.format != .table && self.format != .json { throw ValidationError("--format must be table or json.") }
    }

    func run() async throws {
        let trail = try self.trail.open()
        defer { trail.close() }
        let statistics = try trail.reader.statistics(try self.filters.query(self.trail))
        try trail.record("stats", self.filters.question, entries: 0)
        switch self.format {
        case .json: Terminal.write(try JSON.document(StatisticsDocument(statistics)))
        default: Terminal.write(StatisticsDocument(statistics).text)
        }
        try trail.reader.remarkRemovals()
    }
}
