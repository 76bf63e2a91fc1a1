import LoginContracts

@testable import ValidationPipeline

/// Instances, Kafka, the platform and the disks under one clock, with faults, all from one seed.
final class SimulatedWorld {
    let seed: UInt64
    let mistake: PlantedMistake?
    let scenario: SimulationScenario
    let auditor: SimulationAuditor
    private(set) lazy var broker = SimulatedBroker(partitions: self.scenario.partitions, world: self)
    private(set) lazy var group = SimulatedGroup(world: self)
    private(set) lazy var platform = SimulatedPlatform(world: self)
    private(set) var instances: [SimulatedInstance] = []
    /// By event.
    private(set) var logins: [String: IncomingLogin] = [:]
    var random: SeededRandom
    private(set) var now: Duration = .zero
    /// Counts what happened.
    private(set) var step = 0
    private var agenda = Agenda()
    private var lastToken = 0

    /// What every wall clock shows at first.
    static let start = Timestamp(0)
    /// After the calm has begun, all must be done within this time.
    static let maximumCalm = Duration.seconds(3600)
    static let maximumSteps = 500_000

    /// - Parameters:
    ///   - mistake: what the service does wrong.
    ///   - theme: the kind of run; drawn from the seed otherwise.
    init(seed: UInt64, mistake: PlantedMistake? = nil, theme: SimulationScenario.Theme? = nil) {
        var random = SeededRandom(seed: seed)
        self.seed = seed
        self.mistake = mistake
        self.scenario = SimulationScenario(
            theme: mistake?.theme ?? theme,
            isExactlyOnce: mistake == nil ? nil : true,
            using: &random
        )
        self.auditor = SimulationAuditor(scenario: self.scenario)
        self.random = random
        for number in 0..<self.scenario.instances {
            self.instances.append(SimulatedInstance(number: number, world: self))
        }
    }

    // MARK: Time

    func at(_ time: Duration, _ event: @escaping () -> Void) {
        self.agenda.add(at: max(time, self.now), event)
    }

    func after(_ delay: Duration, _ event: @escaping () -> Void) { self.at(self.now + delay, event) }

    /// A number that was never given before.
    func nextToken() -> Int {
        self.lastToken += 1
        return self.lastToken
    }

    /// Runs to the end, or to the first violation; violations are the auditor's.
    func run() {
        defer { self.agenda = Agenda() }
        self.plan()
        var doneSince: Duration?
        while let (time, event) = self.agenda.next() {
            self.now = time
            self.auditor.now = time
            self.step += 1
            event()
            if !self.auditor.violations.isEmpty { return }
            if self.now > self.scenario.calm + Self.maximumCalm || self.step > Self.maximumSteps { break }
            let isDone = self.auditor.completeCount == self.broker.log.count && self.broker.isRead
            if self.now > self.scenario.calm, isDone, !self.instances.contains(where: \.isPaused) {
                if let doneSince, self.now > doneSince + .seconds(10) { break }
                doneSince = doneSince ?? self.now
            } else {
                doneSince = nil
            }
        }
        self.auditor.ended(log: self.broker.log, instances: self.instances)
    }

    // MARK: Faults of the moment

    var isCalm: Bool { self.now > self.scenario.calm }
    var faultRates: SimulationScenario.Rates { self.isCalm ? SimulationScenario.Rates() : self.scenario.rates }
    var isBrokerOut: Bool { self.scenario.outages.brokers.contain(self.now) }
    /// Whether a call to the disk fails; every look is another call.
    var isDiskFailing: Bool {
        self.scenario.outages.disks.contain(self.now) || self.random.chance(self.faultRates.diskFails)
    }

    // MARK: What happens

    func produce(_ partition: Int, gap: Int64, _ content: SimulatedLog.Content) {
        let login = self.broker.log.produce(partition, gap: gap, content)
        let eventID = SimulationAuditor.eventID(login)
        self.logins[eventID] = login
        self.auditor.produced[eventID] = (login, self.now)
        self.platform.produced(eventID)
        for instance in self.instances { instance.scheduleDelivery(partition) }
    }

    /// A process has ended by itself and comes back after a while.
    func ended(_ instance: SimulatedInstance, member: Int?, isGraceful: Bool) {
        if let member { self.leave(member, atOnce: isGraceful && !self.scenario.isStaticMembership) }
        self.after(self.random.milliseconds(100...5000)) { self.start(instance) }
    }

    func start(_ instance: SimulatedInstance) {
        if !instance.isUp { instance.start() }
    }

    /// A member says that it goes, or is not heard of any more.
    func leave(_ member: Int, atOnce: Bool) {
        self.after(atOnce ? .zero : self.scenario.sessionTimeout) { self.group.remove(member) }
    }

    /// What the instances hold, for a run that went wrong.
    var description: String {
        let instances = self.instances.map { instance in
            guard let machine = instance.machine else { return "instance\(instance.number) is down" }
            let partitions = machine.partitions.values.map {
                "\($0.partition) demand \($0.demand) open \($0.ledger.open.count)"
            }
            return """
                instance\(instance.number) \(machine.phase) \(machine.gauges) \(partitions.sorted()) \
                member \(instance.member ?? 0) awaits release: \(instance.released != nil)
                """
        }
        let kind = "\(self.scenario.theme), \(self.scenario.isExactlyOnce ? "exactly" : "at least") once"
        return "Seed \(self.seed) (\(kind)), event \(self.step) at \(self.now):\n"
            + self.auditor.violations.joined(separator: "\n") + "\n"
            + instances.joined(separator: "\n") + "\n\(self.group.description)"
    }
}
