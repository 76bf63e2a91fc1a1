/// What a reconciliation has seen and found.
///
/// Counts are always right; of the findings, the first of each kind are kept, at most as many as the limit says.
package struct ReconciliationReport: Sendable {
    /// At most so many findings of each kind are kept.
    package let limit: Int
    package private(set) var findings: [ReconciliationFinding] = []
    /// How many there are of each kind; for missing entries, how many records.
    package private(set) var counts: [ReconciliationFinding.Kind: Int64] = [:]
    private var kept: [ReconciliationFinding.Kind: Int] = [:]

    package var clusterID = ""
    package var groupID = ""
    package var trails: [Trail] = []
    package var partitions: [Partition] = []
    /// Entries about the topic's records.
    package var entries: Int64 = 0
    /// Of those, entries whose records the group has not committed yet: no fault.
    package var entriesNotYetCommitted: Int64 = 0
    /// Of those, entries that another instance's decision took the place of: no fault.
    package var supersededEntries: Int64 = 0
    /// Outcomes of the topic's records.
    package var outcomes: Int64 = 0
    /// Dead letters of the topic's records.
    package var deadLetters: Int64 = 0
    /// Outcomes and dead letters that name another topic: not looked at.
    package var publishedOfOtherTopics: Int64 = 0
    /// Records of the dead-letter topic that are no dead letters of this service, nor say what was replayed.
    package var foreignDeadLetters: Int64 = 0
    /// Entries whose outcome or dead letter is older than what its topic still holds: no fault.
    package var noLongerInTheTopic: Int64 = 0
    /// Outcomes and dead letters of records before the first that trails with removed segments still have: no fault.
    package var olderThanTheTrails: Int64 = 0
    /// Sources in the trails that are of other topics or clusters: not looked at.
    package var otherSources = 0

    package struct Trail: Hashable, Sendable {
        package var path: String
        package var id: String
        package var entries: Int64
    }

    /// A partition of the login events as it was when the reconciliation began.
    package struct Partition: Hashable, Sendable {
        package var partition: Int32
        package var earliest: Int64
        package var end: Int64
        /// `nil` when the group has committed nothing.
        package var committed: Int64?
    }

    package init(limit: Int) {
        self.limit = limit
    }

    package var agrees: Bool { self.counts.isEmpty }

    /// Findings that were counted and not kept.
    package var omitted: Int64 { self.counts.values.reduce(0, +) - self.keptCount }

    private var keptCount: Int64 {
        self.findings.reduce(0) { $0 + ($1.kind == .missingEntry ? $1.record?.count ?? 1 : 1) }
    }

    package mutating func add(_ finding: ReconciliationFinding) {
        self.counts[finding.kind, default: 0] += finding.kind == .missingEntry ? finding.record?.count ?? 1 : 1
        guard self.kept[finding.kind, default: 0] < self.limit else { return }
        self.kept[finding.kind, default: 0] += 1
        self.findings.append(finding)
    }
}
