import LoginContracts
import Testing

@testable import ValidationPipeline

/// A machine on a bench: tests tell it events, look at its actions, and answer those that they choose to.
///
/// Unless held, the trail and Kafka answer at once.
struct MachineBench {
    var machine: PipelineStateMachine
    var now: Duration = .zero
    /// Attempts that have not been answered, in their order.
    var attempts: [(flight: FlightID, event: LoginEvent)] = []
    var lookUps: [[(flight: FlightID, identity: RecordIdentity)]] = []
    var records: [(entries: [ValidationEntry], marks: [DeliveryMark], transitions: [GuardTransition])] = []
    var publications: [Publication] = []
    var demands: [(partition: SourcePartition, epoch: UInt64, records: Int)] = []
    var released: [UInt64] = []
    var notices: [PipelineNotice] = []
    var stops = 0

    var holdsTrail = false
    var holdsKafka = false
    var nextIndex: Int64 = 0

    init(_ change: (inout PipelineConfiguration) -> Void = { _ in }) {
        var configuration = PipelineConfiguration(instanceID: "test", policyVersion: "1")
        configuration.limiter = .fixed(64)
        configuration.guard = .lenient
        change(&configuration)
        self.machine = PipelineStateMachine(
            configuration: configuration,
            trailID: "trail",
            nextIndex: 0,
            random: SeededRandom(seed: 1)
        )
    }

    var moment: Moment { Moment(monotonic: self.now, wall: Timestamp(0).advanced(by: self.now)) }

    mutating func tell(_ event: (inout PipelineStateMachine, Moment) -> Void) {
        event(&self.machine, self.moment)
        for action in self.machine.takeActions() { self.perform(action) }
    }

    private mutating func perform(_ action: PipelineAction) {
        switch action {
        case .demand(let partition, let epoch, let records): self.demands.append((partition, epoch, records))
        case .lookUp(let lookUps): self.lookUps.append(lookUps)
        case .attempt(let flight, let event): self.attempts.append((flight, event))
        case .record(let entries, let marks, let transitions):
            self.records.append((entries, marks, transitions))
            if !self.holdsTrail { self.recorded() }
        case .publish(let publication):
            self.publications.append(publication)
            if !self.holdsKafka { self.tell { $0.published(.success(()), now: $1) } }
        case .releaseRevocation(let epoch): self.released.append(epoch)
        case .stopped: self.stops += 1
        case .notice(let notice): self.notices.append(notice)
        }
    }

    /// The trail has the last append.
    mutating func recorded() {
        let first = self.nextIndex
        self.nextIndex += Int64(self.records.last?.entries.count ?? 0)
        let next = self.nextIndex
        self.tell { $0.recorded(.success(first..<next), now: $1) }
    }

    mutating func assign(
        _ partitions: Int32...,
        epoch: UInt64 = 1,
        committed: Int64? = nil,
        metadata: String = "",
        recordedThrough: Int64? = nil,
        inDoubt: [(index: Int64, offset: Int64)] = []
    ) {
        let assignments = partitions.map {
            PartitionAssignment(
                partition: Logins.partition($0),
                committedOffset: committed,
                metadata: metadata,
                recordedThrough: recordedThrough,
                inDoubt: inDoubt
            )
        }
        self.tell { $0.assigned(assignments, epoch: epoch, now: $1) }
    }

    mutating func revoke(_ partitions: Int32..., epoch: UInt64 = 1) {
        self.tell { $0.revoked(partitions.map(Logins.partition), epoch: epoch, now: $1) }
    }

    mutating func receive(_ logins: IncomingLogin..., partition: Int32 = 0, epoch: UInt64 = 1) {
        self.tell { $0.received(logins, of: Logins.partition(partition), epoch: epoch, now: $1) }
    }

    /// Answers the oldest attempt, or that of the record.
    mutating func answer(_ verdict: Verdict, offset: Int64? = nil, partition: Int32 = 0) {
        self.end(.answered(verdict, latency: .milliseconds(5)), offset: offset, partition: partition)
    }

    mutating func fail(offset: Int64? = nil, partition: Int32 = 0) {
        self.end(.failed(AttemptFailure(kind: "timeout", message: "No answer.")), offset: offset, partition: partition)
    }

    private mutating func end(_ result: AttemptResult, offset: Int64?, partition: Int32) {
        let position = offset.map { offset in
            self.attempts.firstIndex { $0.event.eventID == Logins.eventID(Logins.partition(partition), offset) }
        }
        guard let index = position ?? (self.attempts.isEmpty ? nil : 0) else {
            Issue.record("The platform is not being asked about \(offset.map(String.init) ?? "anything").")
            return
        }
        let flight = self.attempts.remove(at: index).flight
        self.tell { $0.attemptEnded(flight, result, now: $1) }
    }

    mutating func advance(by duration: Duration) {
        let end = self.now + duration
        while let deadline = self.machine.nextDeadline, deadline <= end {
            self.now = max(self.now, deadline)
            self.tell { $0.timePassed(now: $1) }
        }
        self.now = end
    }

    /// The offsets that the platform is being asked about.
    var asked: [String] { self.attempts.map { $0.event.eventID.replacing("login.events-", with: "") } }

    var outcomes: [Outcome] { self.publications.flatMap(\.outcomes) }
    var deadLetters: [DeadLetter] { self.publications.flatMap(\.deadLetters) }
    var marks: [DeliveryMark] { self.records.flatMap(\.marks) }

    func outstanding(_ partition: Int32) -> Int {
        self.demands.filter { $0.partition == Logins.partition(partition) }.reduce(0) { $0 + $1.records }
    }
}

extension MassKickGuard.Configuration {
    /// Never trips, for tests about something else.
    static var lenient: Self {
        var configuration = Self()
        configuration.suspectKicks = 1_000_000
        configuration.surgeKicks = 1_000_000
        configuration.wrongCredentialAnswers = 1_000_000
        configuration.maximumWrongCredentialCalls = 1_000_000
        return configuration
    }
}

extension ConcurrencyLimiter.Configuration {
    /// Always the same limit.
    static func fixed(_ limit: Int) -> Self {
        var configuration = Self()
        configuration.minimum = limit
        configuration.maximum = limit
        return configuration
    }
}

extension Verdict {
    static var pass: Verdict { Verdict(status: 200) }
    static var kick: Verdict { Verdict(status: 401, code: -29401) }
}
