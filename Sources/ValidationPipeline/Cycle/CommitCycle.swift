import LoginContracts

/// The order of writes, for one batch of decided records at a time: the trail first, then Kafka.
///
/// ```
/// idle ─▶ recording ─▶ publishing ─▶ idle
///            │ ▲            │ ▲
///            ▼ │            ▼ │
///       waiting(record)  waiting(publish)
/// ```
///
/// A crash while recording leaves either nothing or entries without a delivery; a crash while publishing leaves entries
/// without a delivery. Both are found again when Kafka delivers the records again, and the recorded decision is
/// published as it was.
struct CommitCycle {
    private(set) var state: State = .idle
    /// Steps in a row that failed; grows the wait before the next try.
    private var failures = 0

    /// The wait after the first failure; doubles up to ``maximumWait``.
    static let minimumWait: Duration = .milliseconds(100)
    static let maximumWait: Duration = .seconds(5)

    enum State {
        case idle
        /// The trail is being written. The batch may shrink meanwhile only in ``revoked``.
        case recording(Batch)
        /// The Kafka transaction is running; revocations wait for its end.
        case publishing(Batch)
        /// The last step failed; it is tried again at that time.
        case waiting(Batch, step: Step, until: Duration)
    }

    enum Step: Hashable {
        case record
        case publish
    }

    /// Records on their way through one cycle.
    struct Batch {
        var items: [Item]
        /// Delivery marks of earlier cycles that ride in this one's trail transaction.
        var marks: [DeliveryMark]
        /// Trips and releases of the guard, likewise.
        var transitions: [GuardTransition] = []
    }

    struct Item {
        let login: IncomingLogin
        let slot: PartitionSlot
        /// `nil` for a record that was decided and delivered by an entry that the trail has no more: only its offset is
        /// committed.
        let decided: DecidedRecord?
        /// The entry's number, once it is in the trail.
        var index: Int64?
        /// Whether a try to publish it has ended in a way that nobody can tell.
        var isInDoubt = false

        init(decided: DecidedRecord, index: Int64? = nil) {
            self.login = decided.login
            self.slot = decided.slot
            self.decided = decided
            self.index = index ?? decided.recorded?.index
        }

        init(deliveredBefore login: IncomingLogin, slot: PartitionSlot) {
            self.login = login
            self.slot = slot
            self.decided = nil
        }

        /// Whether the trail does not have its entry yet.
        var isNew: Bool { self.decided != nil && self.index == nil }

        /// What is to be published, and marked then: the decision with its entry's number.
        var undelivered: (decided: DecidedRecord, index: Int64)? {
            guard let decided, let index, decided.recorded?.isCommitted != true else { return nil }
            return (decided, index)
        }
    }

    var isIdle: Bool {
        if case .idle = self.state { return true }
        return false
    }

    /// When a failed step is due again.
    var retryDue: Duration? {
        if case .waiting(_, _, let until) = self.state { return until }
        return nil
    }

    /// Whether the trail or Kafka is at work on the batch; its answer comes for certain.
    var isStepRunning: Bool {
        switch self.state {
        case .recording, .publishing: true
        case .idle, .waiting: false
        }
    }

    /// What is on its way; nothing while idle.
    var items: [Item] {
        switch self.state {
        case .idle: []
        case .recording(let batch), .publishing(let batch), .waiting(let batch, step: _, until: _): batch.items
        }
    }

    /// The highest offset of a partition's records in the running cycle.
    func highestOffset(of slot: PartitionSlot) -> Int64? {
        self.items.lazy.filter { $0.slot == slot }.map(\.login.record.offset).max()
    }

    /// Entries that the trail has not numbered yet.
    var unnumberedCount: Int64 { Int64(self.items.count { $0.isNew }) }

    mutating func start(_ batch: Batch) {
        guard case .idle = self.state else { preconditionFailure("A cycle starts when the last has ended.") }
        self.state = .recording(batch)
    }

    /// The step that is due again, if it is time.
    mutating func retry(now: Duration) -> Step? {
        guard case .waiting(let batch, let step, let until) = self.state, until <= now else { return nil }
        switch step {
        case .record: self.state = .recording(batch)
        case .publish: self.state = .publishing(batch)
        }
        return step
    }

    /// The trail has the batch: the new entries got these numbers.
    mutating func recorded(_ indices: Range<Int64>) -> Batch {
        guard case .recording(var batch) = self.state else { preconditionFailure("Nothing was being recorded.") }
        var next = indices.lowerBound
        for position in batch.items.indices where batch.items[position].isNew {
            batch.items[position].index = next
            next += 1
        }
        precondition(next == indices.upperBound, "The trail numbers exactly the entries it was given.")
        batch.marks = []
        batch.transitions = []
        self.failures = 0
        self.state = .publishing(batch)
        return batch
    }

    /// Replaces the batch whose step is about to begin; ends the cycle when the step has nothing left to do.
    mutating func narrow(to batch: Batch) -> Bool {
        let isEmpty: Bool
        switch self.state {
        case .recording:
            isEmpty = batch.items.isEmpty && batch.marks.isEmpty && batch.transitions.isEmpty
            self.state = .recording(batch)
        case .publishing:
            isEmpty = batch.items.isEmpty
            self.state = .publishing(batch)
        case .idle, .waiting: preconditionFailure("Only a batch in front of its step narrows.")
        }
        if isEmpty { self.state = .idle }
        return !isEmpty
    }

    /// Kafka has the batch.
    mutating func published() -> Batch {
        guard case .publishing(let batch) = self.state else { preconditionFailure("Nothing was being published.") }
        self.failures = 0
        self.state = .idle
        return batch
    }

    /// The running step did not take place; it is tried again later.
    ///
    /// - Parameter isInDoubt: whether it may have.
    mutating func stepFailed(now: Duration, isInDoubt: Bool = false) {
        self.failures += 1
        var wait = Self.minimumWait
        for _ in 1..<self.failures where wait < Self.maximumWait { wait *= 2 }
        let until = now + min(wait, Self.maximumWait)
        switch self.state {
        case .recording(let batch): self.state = .waiting(batch, step: .record, until: until)
        case .publishing(var batch):
            if isInDoubt { for place in batch.items.indices { batch.items[place].isInDoubt = true } }
            self.state = .waiting(batch, step: .publish, until: until)
        case .idle, .waiting: preconditionFailure("No step was running.")
        }
    }
}
