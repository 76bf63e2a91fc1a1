import LoginContracts

@testable import ValidationPipeline

/// Instances, Kafka, the platform and the disks under one clock, with faults, all from one seed.
final class SimulatedWorld {
    let seed: UInt64
    let mistake: PlantedMistake?
    let log: SimulatedLog
    let auditor: SimulationAuditor
    let configuration: PipelineConfiguration
    private(set) var instances: [SimulatedInstance] = []
    private(set) var identities: [String: RecordIdentity] = [:]
    var random: SeededRandom
    private(set) var now: Duration = .zero
    /// Counts what happened.
    private(set) var step = 0
    private var agenda = Agenda()

    let isExactlyOnce: Bool
    /// Faults cease at this time.
    private let calm: Duration
    private let individualFailureRate: Double
    private var platformOutages: [ClosedRange<Duration>] = []
    private var trailOutages: [ClosedRange<Duration>] = []
    private var kafkaOutages: [ClosedRange<Duration>] = []

    /// The group: its members, and the rebalance that is under way.
    private var members: [Int] = []
    private var generation = 0
    private var isRebalancing = false
    private var mustRebalanceAgain = false

    /// After the calm has begun, all must be done within this time.
    static let maximumCalm = Duration.seconds(3600)
    static let maximumSteps = 2_000_000

    init(seed: UInt64, mistake: PlantedMistake? = nil) {
        var random = SeededRandom(seed: seed)
        self.seed = seed
        self.mistake = mistake
        self.isExactlyOnce = mistake != nil || random.chance(0.75)
        self.log = SimulatedLog(partitions: random.int(1...4))
        self.auditor = SimulationAuditor(isExactlyOnce: self.isExactlyOnce, partitions: self.log.partitions.count)
        self.calm = .seconds(random.int(20...120))
        self.individualFailureRate = random.chance(0.5) ? 0.02 : 0.3
        var configuration = PipelineConfiguration(instanceID: "", policyVersion: "1")
        configuration.limiter = .fixed(random.int(1...12))
        configuration.guard = .lenient
        configuration.maximumCycleRecords = random.int(1...40)
        configuration.busyCycleRecords = random.int(1...20)
        configuration.maximumRecords = random.chance(0.3) ? random.int(1...20) : 8192
        configuration.retry.maximumIndividualFailures = random.int(2...8)
        if random.chance(0.2) { configuration.maximumAge = .seconds(random.int(5...60)) }
        self.configuration = configuration
        self.random = random
        for number in 0..<self.random.int(1...3) {
            self.instances.append(SimulatedInstance(number: number, world: self))
        }
    }

    // MARK: Time

    var moment: Moment {
        Moment(monotonic: self.now, wall: Timestamp(0).advanced(by: self.now))
    }

    func at(_ time: Duration, _ event: @escaping () -> Void) {
        self.agenda.add(at: max(time, self.now), event)
    }

    func after(_ delay: Duration, _ event: @escaping () -> Void) { self.at(self.now + delay, event) }

    /// Runs to the end; violations are the auditor's.
    func run() {
        self.plan()
        var doneSince: Duration?
        while let (time, event) = self.agenda.next() {
            self.now = time
            self.step += 1
            event()
            if !self.auditor.violations.isEmpty { return }
            if self.now > self.calm + Self.maximumCalm || self.step > Self.maximumSteps { break }
            if self.now > self.calm, self.auditor.completeCount == self.log.count {
                if let doneSince, self.now > doneSince + .seconds(10) { break }
                doneSince = doneSince ?? self.now
            }
        }
        self.auditor.ended(log: self.log, trails: self.instances.map { ($0.trail, $0.hasLostMarks) })
    }

    /// What the instances hold, for a run that got stuck.
    var description: String {
        self.instances.map { instance in
            guard let machine = instance.machine else { return "instance\(instance.number) is down" }
            let partitions = machine.partitions.values.map {
                "\($0.partition) demand \($0.demand) open \($0.ledger.open.count)"
            }
            return """
                instance\(instance.number) \(machine.phase) \(machine.gauges) \(partitions.sorted()) \
                awaits release: \(instance.isAwaitingRelease) consumed: \(instance.consumed)
                """
        }.joined(separator: "\n") + "\nmembers \(self.members) rebalancing \(self.isRebalancing) at \(self.now)"
            + (self.isExactlyOnce ? "" : ", at least once")
    }

    // MARK: Faults

    private func plan() {
        for instance in self.instances { self.after(self.random.milliseconds(0...2000)) { self.join(instance) } }
        for _ in 0..<self.random.int(20...300) { self.planRecord() }
        // One key of one partition with more records than a delivery brings.
        if self.random.chance(0.2) { for _ in 0..<100 { self.planRecord(key: "busy", partition: 0) } }
        if self.random.chance(0.1) { return }
        self.platformOutages = self.outages(lasting: 1...60)
        self.trailOutages = self.outages(lasting: 1...20)
        self.kafkaOutages = self.outages(lasting: 1...20)
        for _ in 0..<self.random.int(0...6) { self.atUncalmTime { $0.crashOne() } }
        for _ in 0..<self.random.int(0...3) { self.atUncalmTime { $0.stopOne() } }
        for _ in 0..<self.random.int(0...6) { self.atUncalmTime { $0.rebalance() } }
        for _ in 0..<self.random.int(0...2) { self.atUncalmTime { $0.expelOne() } }
    }

    private func outages(lasting seconds: ClosedRange<Int>) -> [ClosedRange<Duration>] {
        (0..<self.random.int(0...2)).map { _ in
            let start = self.random.milliseconds(0...Int(self.calm.milliseconds))
            return start...min(self.calm, start + .seconds(self.random.int(seconds)))
        }.filter { !$0.isEmpty }
    }

    private func atUncalmTime(_ event: @escaping (SimulatedWorld) -> Void) {
        self.at(self.random.milliseconds(0...Int(self.calm.milliseconds))) { [unowned self] in event(self) }
    }

    private func planRecord(key: String? = nil, partition: Int? = nil) {
        let partition = partition ?? self.random.int(0...(self.log.partitions.count - 1))
        let gap: Int64 = self.random.chance(0.1) ? Int64(self.random.int(1...5000)) : 0
        let player = "player\(self.random.int(0...7))"
        let key = key ?? (self.random.chance(0.8) ? player : nil)
        let isDefective = self.random.chance(0.1)
        let burst = self.random.milliseconds(0...Int(self.calm.milliseconds) / (self.random.chance(0.5) ? 10 : 1))
        self.at(burst) { [self] in
            self.log.produce(partition, gap: gap, key: key, playerId: player, isDefective: isDefective)
            let login = self.log.records[partition].last!
            self.identities[Logins.eventID(login.record.partition, login.record.offset)] = login.identity
            for instance in self.instances { instance.scheduleDelivery(partition) }
        }
    }

    private func crashOne() {
        let instance = self.instances[self.random.int(0...(self.instances.count - 1))]
        guard instance.isUp else { return }
        instance.crash()
        // The group notices after the session's time-out; by then the next process may be there.
        self.after(.seconds(self.random.int(1...10))) { self.leave(instance, unlessUp: true) }
        self.after(self.random.milliseconds(100...15_000)) { self.join(instance) }
        self.released()
    }

    private func stopOne() {
        let instance = self.instances[self.random.int(0...(self.instances.count - 1))]
        guard instance.isUp else { return }
        instance.stop()
    }

    /// A stopped instance leaves the group and comes back.
    func left(_ instance: SimulatedInstance) {
        self.leave(instance, unlessUp: false)
        self.after(self.random.milliseconds(100...5000)) { self.join(instance) }
        self.released()
    }

    /// An instance that did not poll for too long loses its partitions without being told until later.
    private func expelOne() {
        guard !self.isRebalancing, let number = self.members.first, self.instances[number].isUp else { return }
        let instance = self.instances[number]
        let (life, epoch) = (instance.life, instance.epoch)
        self.members.removeFirst()
        self.rebalance()
        self.after(self.random.milliseconds(10...10_000)) { [self] in
            guard instance.life == life, instance.epoch == epoch, !self.members.contains(number) else { return }
            instance.revoke()
            self.rejoin(instance, life: life)
        }
    }

    private func rejoin(_ instance: SimulatedInstance, life: Int) {
        guard instance.life == life else { return }
        if instance.isAwaitingRelease {
            self.after(.milliseconds(50)) { self.rejoin(instance, life: life) }
        } else {
            self.enroll(instance)
        }
    }

    // MARK: The group

    private func join(_ instance: SimulatedInstance) {
        guard !instance.isUp else { return }
        instance.start()
        self.enroll(instance)
    }

    private func enroll(_ instance: SimulatedInstance) {
        if !self.members.contains(instance.number) { self.members.append(instance.number) }
        self.rebalance()
    }

    private func leave(_ instance: SimulatedInstance, unlessUp: Bool) {
        guard !(unlessUp && instance.isUp) else { return }
        self.members.removeAll { $0 == instance.number }
        self.rebalance()
    }

    private func rebalance() {
        if self.isRebalancing {
            self.mustRebalanceAgain = true
            return
        }
        self.isRebalancing = true
        for number in self.members { self.instances[number].revoke() }
        self.released()
    }

    /// Goes on with a rebalance once every member has given up what it had.
    func released() {
        guard self.isRebalancing, !self.members.contains(where: { self.instances[$0].isAwaitingRelease }) else {
            return
        }
        self.after(self.random.milliseconds(1...500)) { [self] in
            guard self.isRebalancing, !self.members.contains(where: { self.instances[$0].isAwaitingRelease }) else {
                return
            }
            self.isRebalancing = false
            self.generation += 1
            self.assign()
            if self.mustRebalanceAgain {
                self.mustRebalanceAgain = false
                self.rebalance()
            }
        }
    }

    private func assign() {
        let ready = self.members.filter { self.instances[$0].isUp }
        guard !ready.isEmpty else { return }
        var shares: [[Int]] = Array(repeating: [], count: ready.count)
        let shift = self.random.int(0...(ready.count - 1))
        for partition in self.log.partitions.indices { shares[(partition + shift) % ready.count].append(partition) }
        for (share, number) in zip(shares, ready) {
            self.instances[number].generation = self.generation
            self.instances[number].assign(share)
        }
    }

    // MARK: What instances ask of the world

    private func isWithin(_ outages: [ClosedRange<Duration>]) -> Bool { outages.contains { $0.contains(self.now) } }

    func platformAnswer(_ event: LoginEvent) -> (AttemptResult, delay: Duration) {
        // Some players are slow.
        let isSlow = event.playerId?.hasSuffix("7") == true
        let delay = isSlow ? self.random.milliseconds(2000...7000) : self.random.milliseconds(1...200)
        let failure = AttemptResult.failed(AttemptFailure(kind: "requestTimeout", message: "No answer in time."))
        if self.isWithin(self.platformOutages) {
            return (self.random.chance(0.5) ? failure : .answered(Verdict(status: 503), latency: delay), delay)
        }
        if self.random.chance(self.individualFailureRate) {
            return (
                self.random.chance(0.5)
                    ? failure
                    : .answered(Verdict(status: 429, retryAfter: .seconds(self.random.int(0...20))), latency: delay),
                delay
            )
        }
        let verdict =
            switch self.random.int(0...9) {
            case 0...4: Verdict(status: 200)
            case 5, 6: Verdict(status: 401, code: -29401)
            case 7: Verdict(status: 463, code: -10103, lockout: Lockout(reason: "test"))
            case 8: Verdict(status: 400)
            default: Verdict(status: 464)
            }
        return (.answered(verdict, latency: delay), delay)
    }

    func isFailing(_ operation: SimulatedInstance.Operation) -> Bool {
        switch operation {
        case .lookUp, .record: self.isWithin(self.trailOutages)
        case .publish: self.isWithin(self.kafkaOutages)
        }
    }

    func duration(of operation: SimulatedInstance.Operation) -> Duration {
        switch operation {
        case .lookUp: self.random.milliseconds(0...5)
        case .record: self.random.milliseconds(1...30)
        case .publish:
            self.random.chance(0.05) ? self.random.milliseconds(100...8000) : self.random.milliseconds(2...60)
        }
    }

    /// A transaction ends; without transactions, records get through before the offsets do.
    func commit(
        _ publication: Publication,
        of instance: SimulatedInstance,
        generation: Int,
        isFailing: Bool
    ) -> Bool {
        let isMember = self.members.contains(instance.number) && generation == self.generation
        let isCommitted = !isFailing && (isMember || self.mistake == .epochIgnored)
        var outcomes = publication.outcomes
        var deadLetters = publication.deadLetters
        if !isCommitted {
            if self.isExactlyOnce { return false }
            outcomes = Array(outcomes.prefix(self.random.int(0...outcomes.count)))
            deadLetters = Array(deadLetters.prefix(self.random.int(0...deadLetters.count)))
        }
        if self.mistake == .offsetsWithoutOutcomes { outcomes = [] }
        self.auditor.published(outcomes: outcomes, deadLetters: deadLetters, by: instance.trail, log: self.log)
        guard isCommitted else { return false }
        for (partition, progress) in publication.progress {
            let number = Int(partition.partition)
            let metadata = self.mistake == .metadataDropped ? "" : progress.metadata
            self.log.committed[number] = (progress.offset, metadata)
            self.auditor.committed(
                number,
                offset: progress.offset,
                metadata: metadata,
                by: instance.trail,
                log: self.log
            )
        }
        return true
    }
}

/// What is to happen, by time and then by the order of planning.
private struct Agenda {
    private var heap: [(time: Duration, number: Int, event: () -> Void)] = []
    private var count = 0

    mutating func add(at time: Duration, _ event: @escaping () -> Void) {
        self.count += 1
        var low = 0
        var high = self.heap.count
        // Kept descending, so that the next event is the last element.
        while low < high {
            let middle = (low + high) / 2
            if (self.heap[middle].time, self.heap[middle].number) > (time, self.count) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        self.heap.insert((time, self.count, event), at: low)
    }

    mutating func next() -> (Duration, () -> Void)? {
        self.heap.popLast().map { ($0.time, $0.event) }
    }
}
