import LoginContracts

@testable import ValidationPipeline

/// One instance of the service: the machine, its trail, its consumer and its thread for blocking calls.
final class SimulatedInstance {
    let number: Int
    let trail: SimulatedTrail
    private unowned let world: SimulatedWorld
    /// `nil` while the process is down.
    private(set) var machine: PipelineStateMachine?
    /// Counts processes; what an earlier one had under way means nothing to the next.
    private(set) var life = 0
    /// Whether a process ended before it had written down all that it had delivered.
    private(set) var hasLostMarks = false
    var generation = 0
    private(set) var epoch: UInt64 = 0
    /// By partition number.
    private(set) var consumed: [Int: Consumed] = [:]
    private(set) var isAwaitingRelease = false
    private var operations: [Operation] = []
    private var running: Operation?
    private var wakeUp: Duration?

    struct Consumed {
        var position: Int64
        var demand = 0
        var isScheduled = false
    }

    enum Operation {
        case lookUp([(flight: FlightID, identity: RecordIdentity)])
        case record([ValidationEntry], marks: [DeliveryMark])
        case publish(Publication)
    }

    init(number: Int, world: SimulatedWorld) {
        self.number = number
        self.world = world
        self.trail = SimulatedTrail(id: "trail\(number)")
    }

    var isUp: Bool { self.machine != nil }

    // MARK: The process

    func start() {
        precondition(self.machine == nil)
        var configuration = self.world.configuration
        configuration.instanceID = "instance\(self.number)"
        self.machine = PipelineStateMachine(
            configuration: configuration,
            trailID: self.trail.id,
            nextIndex: self.trail.nextIndex,
            random: SeededRandom(seed: self.world.random.next())
        )
    }

    /// The process is gone from one moment to the next. What its thread was doing has happened, or has not.
    func crash() {
        self.hasLostMarks = true
        if let running, self.world.random.chance(0.5) {
            _ = self.takeEffect(running, generation: self.generation, isFailing: false)
        }
        self.end()
        self.trail.processEnded(isLimboDurable: self.world.random.chance(0.5), step: self.world.step)
    }

    private func end() {
        self.machine = nil
        self.life += 1
        self.consumed = [:]
        self.operations = []
        self.running = nil
        self.wakeUp = nil
        self.isAwaitingRelease = false
    }

    func stop() {
        let limit = self.world.random.milliseconds(0...10_000)
        self.tell { $0.stop(within: limit, now: $1) }
    }

    // MARK: The consumer

    func assign(_ partitions: [Int]) {
        self.epoch += 1
        self.consumed = [:]
        var assignments: [PartitionAssignment] = []
        for number in partitions {
            let committed = self.world.log.committed[number]
            let partition = self.world.log.partitions[number]
            self.consumed[number] = Consumed(position: committed?.offset ?? 0)
            assignments.append(
                PartitionAssignment(
                    partition: partition,
                    committedOffset: committed?.offset,
                    metadata: committed?.metadata ?? "",
                    recordedThrough: self.world.mistake == .lookUpSkipped ? nil : self.trail.recordedThrough(partition),
                    inDoubt: self.trail.inDoubt(partition)
                )
            )
        }
        let epoch = self.epoch
        self.tell { $0.assigned(assignments, epoch: epoch, now: $1) }
    }

    /// Gives everything up; the world hears when it can go on.
    func revoke() {
        guard self.isUp, !self.consumed.isEmpty, self.world.mistake != .epochIgnored else {
            self.consumed = [:]
            return
        }
        let partitions = self.consumed.keys.sorted().map { self.world.log.partitions[$0] }
        self.consumed = [:]
        self.isAwaitingRelease = true
        let epoch = self.epoch
        self.tell { $0.revoked(partitions, epoch: epoch, now: $1) }
    }

    /// Delivers soon what the partition has and the engine wants.
    func scheduleDelivery(_ number: Int) {
        guard let consumed = self.consumed[number], consumed.demand > 0, !consumed.isScheduled,
            !self.world.log.fetch(number, from: consumed.position, limit: 1).isEmpty
        else { return }
        self.consumed[number]?.isScheduled = true
        let (life, epoch) = (self.life, self.epoch)
        self.world.after(self.world.random.milliseconds(0...20)) { [self] in
            guard self.life == life, self.epoch == epoch, let consumed = self.consumed[number] else { return }
            let limit = min(consumed.demand, self.world.random.int(1...20))
            let logins = self.world.log.fetch(number, from: consumed.position, limit: limit)
            self.consumed[number]?.isScheduled = false
            guard let last = logins.last else { return }
            self.consumed[number]?.position = last.record.offset + 1
            self.consumed[number]?.demand -= logins.count
            let partition = self.world.log.partitions[number]
            self.tell { $0.received(logins, of: partition, epoch: epoch, now: $1) }
            self.scheduleDelivery(number)
        }
    }

    // MARK: The machine

    private func tell(_ event: (inout PipelineStateMachine, Moment) -> Void) {
        guard self.machine != nil else { return }
        event(&self.machine!, self.world.moment)
        self.checkInvariants()
        for action in self.machine!.takeActions() {
            self.perform(action)
            guard self.machine != nil else { return }
        }
        self.scheduleWakeUp()
    }

    private func checkInvariants() {
        guard let machine else { return }
        let batch =
            switch machine.cycle.state {
            case .idle: 0
            case .recording(let batch), .publishing(let batch), .waiting(let batch, step: _, until: _):
                batch.items.count
            }
        if machine.heldRecords != machine.flights.count + machine.decided.count + batch || machine.heldBytes < 0 {
            self.world.auditor.report("instance\(self.number) has miscounted the records it holds")
        }
        if machine.running.count > machine.configuration.limiter.maximum {
            self.world.auditor.report("instance\(self.number) makes too many attempts at once")
        }
        if !machine.pendingLookUps.isEmpty || !machine.firstInLane.isEmpty {
            self.world.auditor.report("instance\(self.number) has forgotten a look-up")
        }
        for assigned in machine.partitions.values
        where assigned.ledger.open.count + assigned.demand > CommittedProgress.maximumOpen {
            self.world.auditor.report("instance\(self.number) asks for more than the window holds")
        }
    }

    private func scheduleWakeUp() {
        guard let deadline = self.machine?.nextDeadline else { return }
        if let wakeUp, wakeUp <= deadline { return }
        self.wakeUp = deadline
        let life = self.life
        self.world.at(deadline) { [self] in
            guard self.life == life else { return }
            if self.wakeUp == deadline { self.wakeUp = nil }
            self.tell { $0.timePassed(now: $1) }
        }
    }

    private func perform(_ action: PipelineAction) {
        switch action {
        case .demand(let partition, let epoch, let records):
            let number = Int(partition.partition)
            guard epoch == self.epoch, self.consumed[number] != nil else { return }
            self.consumed[number]!.demand += records
            if self.consumed[number]!.demand > CommittedProgress.maximumDemand {
                self.world.auditor.report("instance\(self.number) asks for more than the maximum demand")
            }
            self.scheduleDelivery(number)
        case .attempt(let flight, let event):
            self.attempt(flight, event)
        case .lookUp(let lookUps): self.begin(.lookUp(lookUps))
        case .record(let entries, let marks, _):
            self.begin(.record(entries, marks: self.world.mistake == .marksLost ? [] : marks))
        case .publish(let publication): self.begin(.publish(publication))
        case .releaseRevocation(let epoch):
            guard epoch == self.epoch, self.isAwaitingRelease else { return }
            self.isAwaitingRelease = false
            self.world.released()
        case .stopped:
            if let machine, machine.hasCycleWork || !machine.cycle.isIdle { self.hasLostMarks = true }
            self.end()
            self.world.left(self)
        case .notice: break
        }
    }

    private func attempt(_ flight: FlightID, _ event: LoginEvent) {
        if let identity = self.world.identities[event.eventID] {
            self.world.auditor.asked(identity, by: self.trail)
        }
        let life = self.life
        let (result, delay) = self.world.platformAnswer(event)
        self.world.after(delay) { [self] in
            guard self.life == life else { return }
            self.tell { $0.attemptEnded(flight, result, now: $1) }
        }
    }

    // MARK: The thread for blocking calls

    private func begin(_ operation: Operation) {
        self.operations.append(operation)
        self.runNext()
    }

    private func runNext() {
        guard self.running == nil, !self.operations.isEmpty else { return }
        let operation = self.operations.removeFirst()
        self.running = operation
        let life = self.life
        // A publisher reads the group's metadata when it begins.
        let generation = self.generation
        let isFailing = self.world.isFailing(operation)
        self.world.after(self.world.duration(of: operation)) { [self] in
            guard self.life == life else { return }
            let event = self.takeEffect(operation, generation: generation, isFailing: isFailing)
            // The effect is there and its confirmation on the way, in order: a crash can come between.
            self.running = nil
            self.world.after(.milliseconds(2)) { [self] in
                guard self.life == life else { return }
                self.tell(event)
            }
            self.runNext()
        }
        if self.world.mistake == .publishBeforeRecord, case .record(let entries, _) = operation, !isFailing {
            // The confirmation overtakes the effect.
            let first = self.trail.nextIndex
            self.running = nil
            self.tell { $0.recorded(.success(first..<(first + Int64(entries.count))), now: $1) }
        }
    }

    /// What happens outside of the process, and how the machine will be told.
    private func takeEffect(
        _ operation: Operation,
        generation: Int,
        isFailing: Bool
    ) -> (inout PipelineStateMachine, Moment) -> Void {
        let failure = TrailFailure(message: "The disk does not answer.")
        switch operation {
        case .lookUp(let lookUps):
            let found: Result<[RecordIdentity: RecordedDecision], TrailFailure> =
                isFailing ? .failure(failure) : .success(self.trail.recorded(lookUps.map(\.identity)))
            return { $0.lookedUp(lookUps, found: found, now: $1) }
        case .record(let entries, let marks):
            if isFailing {
                self.trail.fail(entries, marks: marks)
                return { $0.recorded(.failure(failure), now: $1) }
            }
            if let violation = self.trail.violation(of: entries, marks: marks) {
                self.world.auditor.report(violation)
                return { $0.recorded(.failure(failure), now: $1) }
            }
            let indices = self.trail.append(entries, marks: marks, step: self.world.step)
            if self.world.mistake == .publishBeforeRecord { return { _, _ in } }
            return { $0.recorded(.success(indices), now: $1) }
        case .publish(let publication):
            let isCommitted = self.world.commit(publication, of: self, generation: generation, isFailing: isFailing)
            let result: Result<Void, PublicationFailure> =
                isCommitted ? .success(()) : .failure(PublicationFailure(message: "The transaction was aborted."))
            return { $0.published(result, now: $1) }
        }
    }
}
