/// Which records of one assigned partition are unfinished, and so what may be committed.
///
/// Offsets may have gaps (transaction markers, compaction); a gap counts as complete, for no record will ever come from
/// it. Offsets arrive in ascending order, which Kafka promises within a partition.
struct PartitionLedger {
    /// The assignment this ledger belongs to; results of an older one are dropped.
    let epoch: UInt64
    /// Ascending; unfinished records, staged ones included.
    private(set) var open: [Int64] = []
    /// The offset after the last record taken in.
    private(set) var end: Int64
    /// Records that the running commit cycle completes: counted as complete in what is committed.
    private var staged: Set<Int64> = []
    /// What the partition's last owner had completed beyond its committed offset.
    private var inherited: CommittedProgress?
    private var hasReceived = false

    /// - Parameter committed: the committed offset, or `nil` when the group never committed one.
    init(epoch: UInt64, committed: Int64?, progress: CommittedProgress?) {
        self.epoch = epoch
        self.inherited = progress
        self.end = committed ?? 0
    }

    /// How many more records the window allows, those on their way included.
    var room: Int {
        if let first = self.open.first, self.end - first >= CommittedProgress.maximumSpan { return 0 }
        return max(0, CommittedProgress.maximumOpen - self.open.count)
    }

    enum ReceivedAction: Hashable, Sendable {
        /// Validate and decide it.
        case process
        /// Its outcome is published: the last owner completed it, or this one did.
        case skip
    }

    mutating func received(_ offset: Int64) -> ReceivedAction {
        if !self.hasReceived, offset < self.end {
            // Consuming starts at the committed offset unless the log does not have it: the topic was made again, or the
            // broker was reset. Then what was committed speaks of other records.
            self.inherited = nil
            self.end = offset
        }
        self.hasReceived = true
        guard offset >= self.end else { return .skip }
        self.end = offset + 1
        if let inherited, inherited.isComplete(offset) { return .skip }
        self.open.append(offset)
        return .process
    }

    /// The commit cycle is about to publish these.
    mutating func stage(_ offset: Int64) {
        let index = self.open.insertionIndex(of: offset)
        precondition(index < self.open.count && self.open[index] == offset, "Only an open record is staged: \(offset)")
        self.staged.insert(offset)
    }

    /// The transaction committed: what was staged is complete.
    mutating func completeStaged() {
        self.open.removeAll { self.staged.contains($0) }
        self.staged.removeAll(keepingCapacity: true)
    }

    /// The transaction did not commit.
    mutating func unstage() {
        self.staged.removeAll(keepingCapacity: true)
    }

    /// What to commit if the staged records are published in the same transaction.
    ///
    /// Until the inherited end is passed, what the last owner completed beyond it stays part of the picture.
    func progress(trailID: String, nextIndex: Int64) -> CommittedProgress {
        var open = self.open.filter { !self.staged.contains($0) }
        var end = self.end
        if let inherited, inherited.end > end {
            // Not everything the last owner saw has been delivered to us yet.
            open += inherited.open.filter { $0 >= end }
            end = inherited.end
        }
        return CommittedProgress(open: open, end: end, trailID: trailID, nextIndex: nextIndex)
    }
}
