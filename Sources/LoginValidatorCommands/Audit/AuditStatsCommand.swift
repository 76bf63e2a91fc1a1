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
        let reader = try self.trail.open()
        defer { reader.close() }
        let statistics = try reader.statistics(try self.filters.query(self.trail))
        switch self.format {
        case .json: Terminal.write(try JSON.document(StatisticsDocument(statistics)))
        default: Terminal.write(StatisticsDocument(statistics).text)
        }
    }
}
