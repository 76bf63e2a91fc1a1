import DequeModule
package import LoginContracts

/// The whole engine without I/O, clock or thread: events go in with the time, actions come out.
///
/// It holds the parts that each know one thing (``PartitionLedger``, ``LaneTable``, ``RetrySchedule``,
/// ``CommitCycle``, ``VerdictPolicy``) and the flights between them. The shell that performs the actions is
/// ``ValidationEngine``; a simulation performs them otherwise.
package struct PipelineStateMachine {
    let configuration: PipelineConfiguration
    let trailID: String
    var random: any RandomNumberGenerator & Sendable

    /// The partitions that are ours now.
    var partitions: [PartitionSlot: AssignedPartition] = [:]
    var slots: [SourcePartition: PartitionSlot] = [:]
    var flights: [FlightID: Flight] = [:]
    var lanes = LaneTable()
    var retries = RetrySchedule()
    /// Attempts under way, those of dropped flights included: they hold a place until they end.
    var running: [FlightID: RunningAttempt] = [:]
    var apps: [String: AppTraffic] = [:]
    /// The same apps; the one whose turn is next is first, so that none is always served last.
    var appTurns: [AppTraffic] = []
    var hosts: [String: HostTraffic] = [:]
    /// Trips and releases of the guard that the trail does not have yet.
    var transitions: [GuardTransition] = []

    /// Flights that are now the first of their lanes; a queue, so that a long lane of records that are decided at once
    /// does not become a deep recursion.
    var firstInLane = Deque<FlightID>()
    var isBeginning = false
    /// Look-ups that the current event asks for.
    var pendingLookUps: [(flight: FlightID, identity: RecordIdentity)] = []
    /// Decided records, and others that only have to be committed, in front of the next cycle.
    var decided = Deque<CommitCycle.Item>()
    var cycle = CommitCycle()
    /// Marks that ride in the next cycle's trail transaction.
    var marks: [DeliveryMark] = []
    /// The number of the trail's next entry.
    var nextIndex: Int64
    /// Entries of this process whose outcome it did not publish, because their partition went away meanwhile: by
    /// partition and offset. What becomes of them shows when the partition comes back; see ``settle(_:progress:now:)``.
    var unsettled: [SourcePartition: [Int64: Int64]] = [:]
    /// Partitions whose entries from before this process have been settled as far as they can be.
    var settledPartitions: Set<SourcePartition> = []
    /// Offsets of partitions up to which this process gave entries to the trail and then lost the partition: they may
    /// have got into the trail after it was asked for ``PartitionAssignment/recordedThrough``.
    var givenThrough: [SourcePartition: Int64] = [:]
    /// When the running or last cycle started, and whether it was a busy one.
    var cycleStarted: Duration?
    var lastCycleWasBusy = false
    var cycleEnded: Duration?

    /// Revocations that wait for the end of the running transaction.
    var heldRevocations: [UInt64] = []
    var phase: Phase = .running
    /// Records held, decided ones included, and their bytes.
    var heldRecords = 0
    var heldBytes = 0
    /// Whether records were let go of since demand was last granted: whatever let go of them, others may come.
    var hasReleased = false

    var lastFlight: UInt64 = 0
    var lastSlot: UInt64 = 0
    /// What the current event asks of the shell.
    var actions: [PipelineAction] = []

    enum Phase: Hashable {
        case running
        /// Nothing new is begun; ends when what runs has ended, or at that time.
        case draining(until: Duration)
        case stopped
    }

    /// A partition that is ours.
    struct AssignedPartition {
        let partition: SourcePartition
        var ledger: PartitionLedger
        /// Records at this offset and below may be in the trail already.
        let recordedThrough: Int64?
        /// See ``CommittedProgress/firstIndex``.
        var firstIndex: Int64
        /// Whether entries were being written when the partition was assigned. How many numbers they take is the trail's
        /// to say, for deliveries and what happens to the service are numbered too; until then ``firstIndex`` is too low.
        var waitsForNumbers: Bool
        /// Records asked for and not yet received.
        var demand = 0
    }

    /// - Parameters:
    ///   - trailID: the id of the trail that entries go to.
    ///   - nextIndex: the number the trail's next entry will get.
    ///   - random: for the jitter of back-offs; a seeded one makes a run repeatable.
    package init(
        configuration: PipelineConfiguration,
        trailID: String,
        nextIndex: Int64,
        random: any RandomNumberGenerator & Sendable
    ) {
        self.configuration = configuration
        self.trailID = trailID
        self.nextIndex = nextIndex
        self.random = random
    }
}

/// What the shell does for the machine; the answers come back as events.
package enum PipelineAction: Sendable {
    /// Let the consumer hand over that many more records of the partition.
    case demand(SourcePartition, epoch: UInt64, records: Int)
    /// Ask the trail whether it knows these records: ``PipelineStateMachine/lookedUp(_:found:now:)``.
    case lookUp([(flight: FlightID, identity: RecordIdentity)])
    /// Ask the platform: ``PipelineStateMachine/attemptEnded(_:_:now:)``.
    case attempt(FlightID, LoginEvent)
    /// Write to the trail: ``PipelineStateMachine/recorded(_:now:)``.
    case record([ValidationEntry], marks: [DeliveryMark], transitions: [GuardTransition])
    /// Publish: ``PipelineStateMachine/published(_:now:)``.
    case publish(Publication)
    /// The partitions of that assignment can be given up.
    case releaseRevocation(epoch: UInt64)
    /// The machine holds nothing any more and wants nothing.
    case stopped
    /// For logs and metrics.
    case notice(PipelineNotice)
}

/// What happened, for those who watch.
package enum PipelineNotice: Sendable {
    case decided(DecidedRecord)
    case attemptFailed(AttemptFailure, attempt: Int)
    /// An answer that points at our configuration or the network, not at the player.
    case unexpectedStatus(Int, kgAppId: String)
    case willRetry(attempt: Int, delay: Duration)
    case trailFailed(TrailFailure)
    case publicationFailed(PublicationFailure)
    case cycleCompleted(records: Int, duration: Duration)
    /// Entries that this instance recorded turn out to have been decided by another one.
    case superseded(entries: Int)
    /// Kafka delivered records again whose decisions were delivered and are no longer in the trail: they are not decided
    /// again.
    case deliveredBefore(records: Int)
    /// A platform host does not answer any more, or does again.
    case hostAvailability(String, isAvailable: Bool)
    /// An app cannot be validated any more although its host answers, or can again.
    case appAvailability(String, isAvailable: Bool)
    /// The mass-kick guard of an app tripped or was released.
    case guardChanged(GuardTransition)
}

extension PipelineStateMachine {
    /// Takes the actions that have gathered.
    package mutating func takeActions() -> [PipelineAction] {
        let actions = self.actions
        self.actions.removeAll()
        return actions
    }

    /// When ``timePassed(now:)`` should be called next, on the monotonic clock; `nil` when nothing waits for the time.
    package var nextDeadline: Duration? {
        if case .stopped = self.phase { return nil }
        var deadline = self.retries.nextDue
        func consider(_ other: Duration?) {
            guard let other else { return }
            deadline = deadline.map { min($0, other) } ?? other
        }
        consider(self.cycle.retryDue)
        consider(self.nextAttemptDue)
        if self.cycle.isIdle, self.hasCycleWork { consider(self.cycleDue) }
        // A running step is waited for past the time limit, and its answer is an event of its own.
        if case .draining(let until) = self.phase, !self.cycle.isStepRunning { consider(until) }
        return deadline
    }

    /// Something that waits for the time may be due.
    package mutating func timePassed(now: Moment) {
        while let flight = self.retries.popDue(now: now.monotonic) { self.backOffEnded(flight, now: now) }
        self.retryCycle(now: now)
        self.advance(now: now)
    }

    /// Begins whatever an event has made possible.
    mutating func advance(now: Moment) {
        self.startAttempts(now: now)
        self.startLookUps()
        self.startCycle(now: now)
        if self.hasReleased {
            self.hasReleased = false
            self.grantDemand()
        }
        self.checkDrained(now: now)
    }
}
