import AuditTrail
import LoginContracts
import ValidationPipeline

/// Holds the entries about a partition's records against what was published and committed: the whole judgement, and no I/O.
///
/// It is told offset by offset, in ascending order:
///
/// ```
/// begin(17, entries) ─▶ published(…) ─▶ published(…) ─▶ end() ─▶ begin(20, …) ─▶ … ─▶ finish()
/// ```
///
/// An offset without entries that nothing was published about is passed over, and becomes a *gap*. Whether a record stands
/// in it, only the topic knows: markers of transactions and records that were aborted, compacted or deleted leave offsets
/// without one. So whoever has taken a gap out reads the topic there, and tells of each record: ``exists(_:)``.
struct RecordComparison {
    let scope: Scope
    private(set) var report: ReconciliationReport
    /// Offsets without an entry, ascending, of which is not known whether they are records.
    private(set) var gaps: [Range<Int64>] = []
    private var state: State = .between
    /// The first offset that is not known to have an entry.
    private var next: Int64
    /// The records without an entry that ``exists(_:)`` has told of last: neighbours become one finding.
    private var missing: ClosedRange<Int64>?

    /// What was known before the first entry was read.
    struct Scope {
        var partition: SourcePartition
        var clusterID: String
        /// Where the outcomes and the dead letters are.
        var outcomesTopic = "login.outcomes"
        var deadLettersTopic = "login.events.dead-letters"
        /// What the group has committed; `nil` when it has committed nothing.
        var committed: Int64?
        /// What is committed beside the offset, if it is this service's.
        var progress: CommittedProgress?
        /// Gaps count from this offset on.
        var first: Int64 = 0
        /// Before ``first`` the trails have removed what they had.
        var isCutOff = false
        /// How many entries each trail had before the ends of the topics were asked for: what an entry below says about
        /// deliveries, the topics must show.
        var knownEntries: [Int64]
        /// Older outcomes and dead letters may have been deleted from their topics; `nil` when none was.
        var outcomesSince: Timestamp?
        var deadLettersSince: Timestamp?
    }

    /// An entry and the trail it is in.
    struct Candidate: Hashable {
        var trail: Int
        var record: TrailRecord

        /// Whether the decision counts.
        var isValid: Bool { self.record.delivery != .superseded }
        var isCommitted: Bool { self.record.delivery == .committed }
    }

    private enum State {
        case between
        case at(PlaceComparison)
    }

    init(_ scope: Scope, report: ReconciliationReport) {
        self.scope = scope
        self.report = report
        self.next = scope.first
    }

    /// The offset after the last that may be complete.
    var end: Int64 { self.scope.progress?.end ?? self.scope.committed ?? 0 }

    /// Whether the group has committed the record.
    func isComplete(_ offset: Int64) -> Bool {
        self.scope.progress?.isComplete(offset) ?? self.scope.committed.map { offset < $0 } ?? false
    }

    /// All entries about the record at an offset, maybe none.
    mutating func begin(_ offset: Int64, _ entries: [Candidate]) {
        guard case .between = self.state else { preconditionFailure("An offset ends before the next begins.") }
        self.report.entries += Int64(entries.count)
        if entries.contains(where: \.isValid), offset >= self.next {
            self.addGap(upTo: offset)
            self.next = offset + 1
        }
        self.state = .at(PlaceComparison(offset: offset, entries, isComplete: self.isComplete(offset)))
    }

    /// An outcome or a dead letter of the record.
    mutating func published(_ record: PublishedRecord) {
        guard case .at(var place) = self.state else { preconditionFailure("Nothing is published between offsets.") }
        precondition(place.offset == record.sourceOffset, "It is of the offset that has begun.")
        place.published(record, self.scope, &self.report)
        self.state = .at(place)
    }

    /// That was all about the offset.
    mutating func end(_ offset: Int64) {
        guard case .at(let place) = self.state, place.offset == offset else {
            preconditionFailure("Only what has begun ends.")
        }
        place.end(self.scope, &self.report)
        self.state = .between
    }

    /// There are no more entries of the partition.
    mutating func finish() {
        guard case .between = self.state else { preconditionFailure("An offset ends before its partition.") }
        self.addGap(upTo: self.end)
    }

    private mutating func addGap(upTo offset: Int64) {
        let end = min(offset, self.end)
        if self.next < end { self.gaps.append(self.next..<end) }
    }

    /// Hands the gaps over, to be looked at.
    mutating func takeGaps() -> [Range<Int64>] {
        defer { self.gaps = [] }
        return self.gaps
    }

    /// There is a record at an offset of a gap that was taken; ascending.
    mutating func exists(_ offset: Int64) {
        guard self.isComplete(offset) else { return }
        if let last = self.missing, last.upperBound + 1 == offset {
            self.missing = last.lowerBound...offset
        } else {
            self.reportMissing()
            self.missing = offset...offset
        }
    }

    /// Every record of the gaps that were taken has been told of.
    mutating func reportMissing() {
        guard let offsets = self.missing else { return }
        self.missing = nil
        let count = offsets.upperBound - offsets.lowerBound + 1
        self.report.add(
            ReconciliationFinding(
                .missingEntry,
                record: .init(self.scope.partition, offsets),
                message: count == 1
                    ? "The group has committed this record, and no trail has a decision of it that counts."
                    : "The group has committed these \(count) records, and no trail has a decision of them that counts."
            )
        )
    }
}
