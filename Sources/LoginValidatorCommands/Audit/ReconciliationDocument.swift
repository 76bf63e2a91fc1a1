import ValidatorService

/// What `audit reconcile` says.
struct ReconciliationDocument: Encodable {
    var agrees: Bool
    var cluster: String
    var group: String
    var trails: [Trail]
    var partitions: [Partition]
    var entries: Int64
    var entriesNotYetCommitted: Int64
    var supersededEntries: Int64
    var outcomes: Int64
    var deadLetters: Int64
    var publishedOfOtherTopics: Int64
    var foreignDeadLetters: Int64
    var noLongerInTheTopic: Int64
    var olderThanTheTrails: Int64
    var otherSources: Int
    /// By kind, also of those that are not shown.
    var counts: [String: Int64]
    var omittedFindings: Int64
    var findings: [Finding]

    struct Trail: Encodable {
        var path: String
        var id: String
        var entries: Int64
    }

    struct Partition: Encodable {
        var partition: Int32
        var earliest: Int64
        var end: Int64
        var committed: Int64?
    }

    struct Finding: Encodable {
        var finding: String
        /// The login events: `TOPIC/PARTITION/OFFSET`, or `…/FIRST..LAST`.
        var record: String?
        /// How many offsets that is.
        var records: Int64?
        var trail: String?
        var index: Int64?
        /// The outcome or dead letter: `TOPIC/PARTITION/OFFSET`.
        var published: String?
        var message: String
        var advice: String
    }

    init(_ report: ReconciliationReport) {
        self.agrees = report.agrees
        self.cluster = report.clusterID
        self.group = report.groupID
        self.trails = report.trails.map { Trail(path: $0.path, id: $0.id, entries: $0.entries) }
        self.partitions = report.partitions.map {
            Partition(partition: $0.partition, earliest: $0.earliest, end: $0.end, committed: $0.committed)
        }
        self.entries = report.entries
        self.entriesNotYetCommitted = report.entriesNotYetCommitted
        self.supersededEntries = report.supersededEntries
        self.outcomes = report.outcomes
        self.deadLetters = report.deadLetters
        self.publishedOfOtherTopics = report.publishedOfOtherTopics
        self.foreignDeadLetters = report.foreignDeadLetters
        self.noLongerInTheTopic = report.noLongerInTheTopic
        self.olderThanTheTrails = report.olderThanTheTrails
        self.otherSources = report.otherSources
        self.counts = Dictionary(uniqueKeysWithValues: report.counts.map { ($0.key.rawValue, $0.value) })
        self.omittedFindings = report.omitted
        self.findings = report.findings.map { finding in
            Finding(
                finding: finding.kind.rawValue,
                record: finding.record?.description,
                records: finding.record?.count,
                trail: finding.entry.map { report.trails[$0.trail].path },
                index: finding.entry?.index,
                published: finding.published?.description,
                message: finding.message,
                advice: finding.kind.advice
            )
        }
    }
}

extension ReconciliationDocument {
    /// The summary, then the findings by kind with what to do about each kind.
    var text: String {
        var lines = self.trails.enumerated().map { place, trail in
            "Trail \(place + 1): \(trail.path), \(trail.entries) entries"
        }
        let committed = self.partitions.filter { $0.committed != nil }.count
        lines.append(
            "Group \(self.group): \(committed) of \(self.partitions.count) partitions have a committed offset."
        )
        lines.append(
            "\(self.entries) decisions, \(self.outcomes) outcomes and \(self.deadLetters) dead letters were compared."
        )
        lines += self.remarks
        if self.agrees {
            lines.append("AGREES: the trails and Kafka say the same.")
        } else {
            lines.append("DOES NOT AGREE:")
            for kind in ReconciliationFinding.Kind.allCases { lines += self.section(kind) }
        }
        return lines.map(Terminal.printable).joined(separator: "\n") + "\n"
    }

    /// What is no fault and worth knowing.
    private var remarks: [String] {
        [
            (self.entriesNotYetCommitted, "entries are of records that the group has not committed yet."),
            (self.supersededEntries, "entries are superseded: another instance's decision took their place."),
            (self.noLongerInTheTopic, "entries' outcomes or dead letters are no longer in their topics."),
            (self.olderThanTheTrails, "outcomes or dead letters are older than what the trails still have."),
            (self.publishedOfOtherTopics, "outcomes or dead letters are of other topics, and were not compared."),
            (self.foreignDeadLetters, "records of the dead-letter topic are no dead letters of this service."),
            (Int64(self.otherSources), "partitions in the trails are of other topics or clusters: not compared."),
        ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
    }

    private func section(_ kind: ReconciliationFinding.Kind) -> [String] {
        guard let count = self.counts[kind.rawValue] else { return [] }
        let findings = self.findings.filter { $0.finding == kind.rawValue }
        var lines = ["", "\(kind.title): \(count)", "  \(kind.advice)"]
        lines += findings.map { finding in
            var parts: [String] = []
            if let record = finding.record { parts.append(record) }
            if let trail = finding.trail {
                parts.append(finding.index.map { "entry \($0) of \(trail)" } ?? trail)
            }
            if let published = finding.published { parts.append(published) }
            return "  \(parts.joined(separator: ", ")): \(finding.message)"
        }
        let shown = kind == .missingEntry ? findings.reduce(0) { $0 + ($1.records ?? 0) } : Int64(findings.count)
        if count > shown { lines.append("  … and \(count - shown) more: --limit") }
        return lines
    }
}

extension ReconciliationFinding.Kind {
    /// What it is called among people.
    fileprivate var title: String {
        switch self {
        case .missingEntry: "Committed records without an entry"
        case .doubleEntry: "Records decided twice"
        case .entryInDoubt: "Entries in doubt"
        case .outcomeWithoutEntry: "Outcomes without an entry"
        case .deadLetterWithoutEntry: "Dead letters without an entry"
        case .missingOutcome: "Entries whose outcome is not in the topic"
        case .missingDeadLetter: "Entries whose dead letter is not in the topic"
        case .doubleOutcome: "Records with two outcomes"
        case .doubleDeadLetter: "Records with two dead letters"
        case .differingOutcome: "Outcomes that differ from their entry"
        case .differingDeadLetter: "Dead letters that differ from their entry"
        case .foreignOutcome: "Records of the outcomes topic that are no outcomes"
        case .trailNotGiven: "Trails that were not given"
        case .trailCutOff: "Trails that have lost entries"
        }
    }
}
