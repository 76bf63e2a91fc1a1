import LoginContracts

@testable import ValidationPipeline

/// One instance of the service: a process that comes and goes, with its machine, consumer and publisher, and the trail
/// that outlives it.
final class SimulatedInstance {
    let number: Int
    let trail: SimulatedTrail
    unowned let world: SimulatedWorld
    /// `nil` while the process is down.
    var machine: PipelineStateMachine?
    var publisher: SimulatedPublisher?
    /// What the auditor notes about the process.
    var observed: ObservedProcess
    /// Counts processes; what an earlier one had under way means nothing to the next.
    private(set) var life = 0
    /// What happens to a stopped process waits here until it goes on.
    private var deferred: [() -> Void]?
    /// Whether a process ended before it had written down all that it had delivered.
    var hasLostMarks = false
    /// How far the wall clock is off.
    var wallShift: Duration = .zero

    // MARK: The consumer

    /// Its name in the group; `nil` when it is in none.
    var member: Int?
    /// As the newest share of the group was given.
    var membership: SimulatedGroup.Membership?
    var epoch: UInt64 = 0
    /// By partition number.
    var consumed: [Int: Consumed] = [:]
    /// A share whose committed offsets are still being read.
    var pendingShare: Int?
    var lastShare = 0
    /// What happens when the partitions have been given up.
    var released: (() -> Void)?

    // MARK: The thread for blocking calls

    var operations: [Operation] = []
    var running: Operation?
    /// An append that failed and is on the disk nevertheless; the newest one.
    var ghost: SimulatedTrail.Append?

    var wakeUp: Duration?

    struct Consumed {
        var position: Int64
        /// The first offset that was handed over.
        var first: Int64?
        var demand = 0
        var isScheduled = false
    }

    enum Operation {
        case lookUp([(flight: FlightID, identity: RecordIdentity)])
        case record(SimulatedTrail.Append)
        case publish(Publication)
    }

    init(number: Int, world: SimulatedWorld) {
        self.number = number
        self.world = world
        self.trail = SimulatedTrail(id: "trail\(number)")
        self.observed = ObservedProcess(name: "", trail: self.trail, configuration: world.scenario.pipeline)
    }

    var isUp: Bool { self.publisher != nil }
    var isPaused: Bool { self.deferred != nil }

    var moment: Moment {
        Moment(
            monotonic: self.world.now,
            wall: SimulatedWorld.start.advanced(by: self.world.now + self.wallShift)
        )
    }

    /// Something happens to this process after a while, unless it ends before; while it is stopped it has to wait.
    func after(_ delay: Duration, _ event: @escaping () -> Void) {
        let life = self.life
        self.world.after(delay) { [self] in
            guard self.life == life else { return }
            if self.deferred == nil { event() } else { self.deferred?.append(event) }
        }
    }

    // MARK: The process

    func start() {
        precondition(!self.isUp)
        self.observed = ObservedProcess(
            name: "instance\(self.number), process \(self.life)",
            trail: self.trail,
            configuration: self.world.scenario.pipeline
        )
        let publisher = SimulatedPublisher(instance: self, world: self.world)
        self.publisher = publisher
        publisher.start { [self] in
            var configuration =
                self.world.mistake?.configuration(self.world.scenario.pipeline)
                ?? self.world.scenario.pipeline
            configuration.instanceID = "instance\(self.number)"
            self.machine = PipelineStateMachine(
                configuration: configuration,
                trailID: self.trail.id,
                nextIndex: self.trail.nextIndex,
                random: SeededRandom(seed: self.world.random.next())
            )
            self.member = self.world.group.join(self)
        }
    }

    /// The process is gone from one moment to the next. What its thread was doing has happened, or has not; what it had
    /// sent is on its way.
    func crash() {
        self.hasLostMarks = true
        if case .record(let append) = self.running, self.world.random.chance(0.5),
            self.trail.violation(of: append) == nil
        {
            self.world.auditor.recorded(append, by: self.observed)
            _ = self.trail.append(append)
        }
        self.end()
    }

    /// The process ends by itself, because it cannot go on; a supervisor starts it again.
    func giveUp() {
        self.hasLostMarks = true
        let member = self.member
        self.end()
        self.world.ended(self, member: member, isGraceful: false)
    }

    func end() {
        self.machine = nil
        self.publisher = nil
        self.life += 1
        self.deferred = nil
        self.member = nil
        self.membership = nil
        self.consumed = [:]
        self.pendingShare = nil
        self.released = nil
        self.operations = []
        self.running = nil
        self.ghost = nil
        self.wakeUp = nil
        self.trail.processEnded(isLimboDurable: self.world.random.chance(0.5))
        // Now and then; without a draw, which would make another world of every seed.
        if self.trail.nextIndex.isMultiple(of: 3) { self.trail.removeOldest() }
    }

    /// SIGTERM.
    func stop() {
        let limit = self.world.random.milliseconds(0...10_000)
        self.after(self.world.random.milliseconds(0...10_000)) { [self] in self.publisher?.isStopping = true }
        self.tell { $0.stop(within: limit, now: $1) }
    }

    /// SIGSTOP.
    func pause() { self.deferred = self.deferred ?? [] }

    /// SIGCONT.
    func resume() {
        guard let deferred else { return }
        self.deferred = nil
        let life = self.life
        for event in deferred {
            guard self.life == life else { return }
            event()
        }
    }
}
