import ArgumentParser
import AuditTrail
import Logging
import ValidatorService

/// `audit reconcile`: the trails against what Kafka has.
struct AuditReconcileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reconcile",
        abstract: "Compares trails with Kafka: committed offsets, outcomes and dead letters.",
        discussion: """
            Give the trails of all instances of the group. Reports records that were committed and that no trail has, \
            records decided twice, entries in doubt, and outcomes and dead letters that are missing, doubled, different, or \
            that no trail knows. Ends with 1 when it found any.

            Reads as a member of no group and commits nothing, also while the services run; what came after the start is \
            not looked at. Memory is bounded: outcomes and dead letters are sorted in a temporary file without a name, 64 \
            bytes each, in TMPDIR.
            """
    )

    @Argument(help: "The trails' database files; the configured AUDIT_DATABASE if none is given.")
    var trails: [String] = []

    @Option(help: "A trail's database file, as an option; can be given again.")
    var database: [String] = []

    @Option(help: "Show at most this many findings of each kind, 1 to 100000; all are counted.")
    var limit = 100

    @Option(help: "table, json or ndjson (a finding a line, and a line with the summary).")
    var format: OutputFormat = .table

    @Option(help: "Why you ask; stands in the access logs.")
    var purpose: String?

    @OptionGroup var options: ConfigurationOptions

    /// What --limit may be.
    static let limits = 1...100_000

    func validate() throws {
        if self.format == .csv { throw ValidationError("--format must be table, json or ndjson.") }
        guard self.purpose.map({ 1...TrailOptions.maximumPurposeLength ~= $0.utf8.count }) ?? true else {
            throw ValidationError("--purpose must be 1 to \(TrailOptions.maximumPurposeLength) bytes long.")
        }
        guard Self.limits.contains(self.limit) else {
            throw ValidationError("--limit must be from \(Self.limits.lowerBound) to \(Self.limits.upperBound).")
        }
    }

    func run() async throws {
        let configuration = try self.options.load(requiresCredentials: false)
        LoggingSetup.bootstrap(level: configuration.logLevel, format: configuration.logFormat)
        let given = self.trails + self.database
        let trails = try (given.isEmpty ? [configuration.audit.database] : given).map { path in
            try RecordedTrail(path: path, settings: configuration.audit, purpose: self.purpose, makesCopies: false)
        }
        defer { for trail in trails { trail.close() } }
        var bar: ProgressBar?
        var reconciliation = try Reconciliation(
            of: trails.map(\.reader),
            configuration,
            limit: self.limit,
            logger: Logger(label: "reconcile").quieter
        ) { done, total in
            if bar == nil { bar = ProgressBar("Comparing", total: Int(clamping: total)) }
            bar?.update(Int(clamping: done))
        }
        let report = try reconciliation.run()
        bar?.finish()
        for trail in trails { try trail.record("reconcile", entries: report.findings.count) }
        try self.write(ReconciliationDocument(report))
        if !report.agrees { throw ExitCode(CommandFailure.Status.failed.rawValue) }
    }

    private func write(_ document: ReconciliationDocument) throws {
        switch self.format {
        case .json: Terminal.write(try JSON.document(document))
        case .ndjson:
            for finding in document.findings { Terminal.write(try JSON.line(finding) + "\n") }
            var summary = document
            summary.findings = []
            Terminal.write(try JSON.line(summary) + "\n")
        case .table, .csv: Terminal.write(document.text)
        }
    }
}
