package import KafkaClient
package import LoginContracts
package import ValidationPipeline

/// Notices that consumption stands still while there is something to consume, and nothing known explains it.
///
/// A value without clock or I/O: samples go in with the time, actions come out. Its time is the time it was awake: a
/// process that was stopped (SIGSTOP, a frozen virtual machine) has not stood still, it did not run.
///
/// A partition is watched by its position and its unfinished records. When neither has changed for the limit,
/// unfinished records are a stall by themselves; with none the question is whether Kafka has more, and that is asked.
/// The first stall is answered with a new client; when the same thing stands still again without having moved in
/// between, the service ends and its supervisor starts it anew.
package struct ConsumptionWatchdog: Sendable {
    private let limit: Duration
    /// Time in which samples were taken.
    private var watched: Duration = .zero
    private var lastSample: Duration?
    private var consumerThread = Pulse()
    private var engine = Pulse()
    private var unassignedSince: Duration?
    private var partitions: [SourcePartition: Watched] = [:]
    /// Partitions that a question is about; `nil` when none is under way.
    private var asked: Set<SourcePartition>?
    /// What a new client was made for, until it moves.
    private var unproven: Set<Stall.Subject> = []
    /// When new clients were made.
    private var recoveries: [Duration] = []

    /// What is seen at one moment.
    package struct Sample: Sendable {
        /// ``KafkaConsumer/turns``.
        package var consumerTurns: UInt64
        /// How often the engine has answered.
        package var engineAnswers: UInt64
        /// Whether the group has given an assignment, an empty one included.
        package var isAssigned: Bool
        package var partitions: [PartitionGauges]
        package var reasons: Set<HoldReason>

        package init(
            consumerTurns: UInt64,
            engineAnswers: UInt64,
            isAssigned: Bool,
            partitions: [PartitionGauges],
            reasons: Set<HoldReason>
        ) {
            self.consumerTurns = consumerTurns
            self.engineAnswers = engineAnswers
            self.isAssigned = isAssigned
            self.partitions = partitions
            self.reasons = reasons
        }
    }

    /// A count that grows while something lives.
    private struct Pulse {
        var count: UInt64?
        var since: Duration = .zero
    }

    private struct Watched {
        var gauges: PartitionGauges
        /// Since when they are as they are.
        var since: Duration
        /// A record that Kafka holds and when that was found.
        var found: (offset: Int64, at: Duration)?
    }

    /// The longest time between two samples that counts as watched.
    static let maximumStep: Duration = .seconds(10)
    /// An assignment may take this many times the limit: the group waits for members that are slow to give theirs up
    /// (`max.poll.interval.ms`, 5 minutes by default).
    static let assignmentFactor = 3
    /// A record that was found is given this part of the limit to arrive: it may have been written just now.
    static let confirmationDivisor = 4
    /// New clients within ``recoveryWindow``, beyond which the next stall ends the service.
    static let maximumRecoveries = 3
    static let recoveryWindow: Duration = .seconds(3600)

    /// - Parameter limit: how long standing still is nothing to worry about.
    package init(limit: Duration) {
        precondition(limit > .zero, "A limit of nothing would end every service: \(limit)")
        self.limit = limit
    }

    /// What is to be done after a sample.
    package enum Action: Hashable, Sendable {
        case none
        /// Ask Kafka whether these partitions hold records from these offsets on, or with none whether it answers at
        /// all: ``answered(_:)``.
        case ask([SourcePartition: Int64])
        /// Give the consumer a new client.
        case recover(Stall)
        /// End the service.
        case giveUp(Stall)
    }

    /// Takes a sample, as often as one likes but at least every ``maximumStep``.
    package mutating func observe(_ sample: Sample, now: Duration) -> Action {
        self.watched += min(max(.zero, now - (self.lastSample ?? now)), Self.maximumStep)
        self.lastSample = now
        if let stall = self.silence(sample) { return .giveUp(stall) }
        self.take(sample)
        if !sample.reasons.isEmpty {
            self.excuse()
            return .none
        }
        if let stall = self.stalledPartition() { return self.act(on: stall) }
        return self.question(sample)
    }

    /// Kafka's answer to ``Action/ask(_:)``: what was found, or `nil` when it did not answer.
    package mutating func answered(_ findings: [SourcePartition: KafkaBacklogProbe.Finding]?) -> Action {
        guard let asked = self.asked.take() else { preconditionFailure("An answer follows a question.") }
        guard let findings else {
            // That explains everything, for now.
            self.excuse()
            return .none
        }
        for partition in asked {
            switch findings[partition] {
            case .record(let offset): self.partitions[partition]?.found = (offset, self.watched)
            // Nothing there, or a leader that does not answer: then it is Kafka that stands still.
            case .some(.none), nil: self.partitions[partition]?.since = self.watched
            }
        }
        guard let unassignedSince, self.watched - unassignedSince >= self.assignmentLimit else { return .none }
        return self.act(on: Stall(.assignment, duration: self.watched - unassignedSince))
    }

    /// Whether a new client was made for something that has not moved since.
    package var isInTrouble: Bool { !self.unproven.isEmpty }

    private var assignmentLimit: Duration { self.limit * Self.assignmentFactor }
}

extension ConsumptionWatchdog {
    /// A thread that does not answer is stalled whatever the reason for a hold is.
    private mutating func silence(_ sample: Sample) -> Stall? {
        let consumer = Self.beat(&self.consumerThread, sample.consumerTurns, self.watched)
        if consumer >= self.limit { return Stall(.consumerThread, duration: consumer) }
        let engine = Self.beat(&self.engine, sample.engineAnswers, self.watched)
        if engine >= self.limit { return Stall(.engine, duration: engine) }
        return nil
    }

    /// - Returns: how long the count has not grown.
    private static func beat(_ pulse: inout Pulse, _ count: UInt64, _ now: Duration) -> Duration {
        if pulse.count != count { pulse = Pulse(count: count, since: now) }
        return now - pulse.since
    }

    private mutating func take(_ sample: Sample) {
        if sample.isAssigned {
            self.unassignedSince = nil
            self.unproven.remove(.assignment)
        } else if self.unassignedSince == nil {
            self.unassignedSince = self.watched
        }
        var partitions: [SourcePartition: Watched] = [:]
        for gauges in sample.partitions {
            partitions[gauges.partition] = self.watched(gauges, before: self.partitions[gauges.partition])
        }
        self.partitions = partitions
        guard sample.isAssigned else { return }
        // A partition that went to another instance is that one's to watch.
        self.unproven = self.unproven.filter { subject in
            guard case .partition(let partition) = subject else { return true }
            return partitions[partition] != nil
        }
    }

    private mutating func watched(_ gauges: PartitionGauges, before: Watched?) -> Watched {
        guard var before, before.gauges.epoch == gauges.epoch else {
            return Watched(gauges: gauges, since: self.watched)
        }
        let isMoving =
            before.gauges.position != gauges.position || before.gauges.unfinished != gauges.unfinished
        guard isMoving else {
            before.gauges = gauges
            return before
        }
        // Records that come in prove nothing about those that are never completed.
        if gauges.unfinished < before.gauges.unfinished || before.gauges.unfinished == 0 {
            self.unproven.remove(.partition(gauges.partition))
        }
        return Watched(gauges: gauges, since: self.watched)
    }

    /// Whatever stands still does so for a known reason: the time begins anew when that has ended.
    private mutating func excuse() {
        if self.unassignedSince != nil { self.unassignedSince = self.watched }
        for partition in self.partitions.keys {
            self.partitions[partition]?.since = self.watched
            self.partitions[partition]?.found = nil
        }
    }

    private func stalledPartition() -> Stall? {
        for watched in self.overdue {
            let (gauges, duration) = (watched.gauges, self.watched - watched.since)
            if gauges.unfinished > 0 {
                return Stall(.completion(gauges.partition, unfinished: gauges.unfinished), duration: duration)
            }
            if let found = watched.found, self.watched - found.at >= self.limit / Self.confirmationDivisor {
                return Stall(.delivery(gauges.partition, offset: found.offset), duration: duration)
            }
        }
        return nil
    }

    /// Partitions that stand still for too long; one that waits for its next attempt does so for a known reason.
    private var overdue: [Watched] {
        self.partitions.values
            .filter { self.watched - $0.since >= self.limit && $0.gauges.waitingRetries == 0 }
            .sorted { $0.gauges.partition.description < $1.gauges.partition.description }
    }

    /// Asks about what only Kafka knows.
    private mutating func question(_ sample: Sample) -> Action {
        guard self.asked == nil else { return .none }
        let idle = self.overdue.filter { $0.gauges.unfinished == 0 && $0.found == nil }
        let isUnassigned = self.unassignedSince.map { self.watched - $0 >= self.assignmentLimit } ?? false
        guard isUnassigned || !idle.isEmpty else { return .none }
        self.asked = Set(idle.map(\.gauges.partition))
        return .ask(Dictionary(uniqueKeysWithValues: idle.map { ($0.gauges.partition, $0.gauges.position) }))
    }

    private mutating func act(on stall: Stall) -> Action {
        self.recoveries.removeAll { self.watched - $0 > Self.recoveryWindow }
        guard stall.isRecoverable, !self.unproven.contains(stall.subject),
            self.recoveries.count < Self.maximumRecoveries
        else { return .giveUp(stall) }
        self.recoveries.append(self.watched)
        self.unproven.insert(stall.subject)
        self.excuse()
        return .recover(stall)
    }
}
