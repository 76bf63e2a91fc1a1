import LoginContracts
import ValidationPipeline

/// A simulated Kafka with the rules that the service relies on: transactions that are seen as a whole or not at all,
/// producers that are fenced by their successors, and offsets that count when their transaction does.
///
/// Calls take effect at once; ``SimulatedConnection`` is what loses, delays and repeats them.
final class SimulatedBroker {
    let log: SimulatedLog
    unowned let world: SimulatedWorld
    /// What the group has committed, by partition number.
    private(set) var committed: [Int: CommittedProgress] = [:]
    /// By transactional id.
    var producers: [String: Producer] = [:]
    private var outgoing: [OutgoingRecord] = []
    /// How far a reader of committed records has come.
    private var readThrough = 0

    /// What the transaction coordinator knows of a transactional id.
    struct Producer {
        var epoch = 0
        var transaction: SimulatedTransaction?
        /// How the last transaction ended, for those who ask again.
        var lastEnd: Bool?
        var lastToken = -1
    }

    enum Failure: Error, Hashable {
        /// No answer: the call may have taken effect, or may yet.
        case timedOut
        /// An earlier transaction's markers are still being written: again, a little later.
        case concurrentTransaction
        /// The transaction has to be aborted.
        case illegalGeneration
        /// Another producer with the same transactional id has taken over.
        case fenced
        /// There is no such transaction any more.
        case invalidState

        var isRetriable: Bool { self == .timedOut || self == .concurrentTransaction }
    }

    /// `transaction.timeout.ms`.
    static let transactionTimeout = Duration.seconds(60)

    init(partitions: Int, world: SimulatedWorld) {
        self.log = SimulatedLog(partitions: partitions)
        self.world = world
    }

    // MARK: Outgoing topics

    func append(_ records: [OutgoingRecord]) {
        for record in records { self.world.auditor.produced(record) }
        self.outgoing += records
        self.read()
    }

    /// Lets a `read_committed` reader go on: in the log's order, past what was aborted, and never past what is open.
    func read() {
        while self.readThrough < self.outgoing.count {
            let record = self.outgoing[self.readThrough]
            switch record.transaction?.state {
            case .open, .ending: return
            case nil, .ended(isCommit: true): self.world.auditor.read(record)
            case .ended(isCommit: false): break
            }
            self.readThrough += 1
        }
    }

    /// Whether a `read_committed` reader has come to the end. What a dead process has left open keeps it until that times
    /// out.
    var isRead: Bool { self.readThrough == self.outgoing.count }

    // MARK: Offsets

    /// Whether a transaction with offsets of the partition has not ended: a reader who asks for stable ones must wait.
    func isUnstable(_ partition: Int) -> Bool {
        self.producers.values.contains { $0.transaction?.offsets[partition] != nil }
    }

    /// What the committed offsets say of a commit.
    func end(of progress: [(partition: SourcePartition, progress: CommittedProgress)]) -> CommitEnd {
        let committed = progress.compactMap { partition, _ in
            self.committed[Int(partition.partition)].map { (partition, (offset: $0.offset, metadata: $0.metadata)) }
        }
        return CommitEnd(of: progress, committed: Dictionary(uniqueKeysWithValues: committed))
    }

    /// Commits outside of a transaction.
    func commit(
        _ progress: [(partition: SourcePartition, progress: CommittedProgress)],
        membership: SimulatedGroup.Membership?,
        trail: SimulatedTrail
    ) -> Result<Void, Failure> {
        guard self.world.group.accepts(membership) else { return .failure(.illegalGeneration) }
        let offsets = Dictionary(uniqueKeysWithValues: progress.map { (Int($0.partition.partition), $0.progress) })
        self.keep(offsets, records: [], trail: trail)
        return .success(())
    }

    func keep(_ offsets: [Int: CommittedProgress], records: [OutgoingRecord], trail: SimulatedTrail) {
        var offsets = offsets
        if self.world.mistake == .metadataDropped {
            offsets = offsets.mapValues {
                CommittedProgress(open: [], end: $0.offset, trailID: $0.trailID, nextIndex: $0.nextIndex)
            }
        }
        self.committed.merge(offsets) { $1 }
        self.world.auditor.committed(
            offsets.mapValues { (offset: $0.offset, metadata: $0.metadata) },
            with: records,
            by: trail,
            log: self.log
        )
    }
}
