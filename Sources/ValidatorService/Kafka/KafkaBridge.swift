import AuditTrail
import Dispatch
import KafkaClient
import Logging
import LoginContracts
import Synchronization
import ValidationPipeline

/// Brings what the Kafka consumer says to the engine, and the engine's demand back.
///
/// The delegate's methods run on the consumer's thread, one at a time and in Kafka's order; the engine takes what they
/// hand over in that order too.
final class KafkaBridge: KafkaConsumerDelegate {
    private let trail: TrailWriter
    private let clusterID: String
    private let intake: Mutex<LoginIntake>
    private let generations: GroupGenerations
    private let logger: Logger
    private let fatal: @Sendable (any Error) -> Void
    private let assignment: @Sendable (Bool) -> Void
    /// Set once, before the consumer starts.
    private let engine = Mutex<ValidationEngine?>(nil)
    private let consumer = Mutex<KafkaConsumer?>(nil)
    private let consumed = Mutex<[KafkaTopicPartition: Int64]>([:])
    private let hasAssignment = Mutex(false)

    /// How long a revocation waits for the running transaction; then the group's generation fences it.
    static let maximumRevocationHold: Duration = .seconds(30)
    /// Entries in doubt that are looked at when a partition is assigned; there can be no more than one window of them.
    static let maximumInDoubt = 10_000

    init(
        trail: TrailWriter,
        clusterID: String,
        intake: sending LoginIntake,
        generations: GroupGenerations,
        logger: Logger,
        assignment: @escaping @Sendable (Bool) -> Void,
        fatal: @escaping @Sendable (any Error) -> Void
    ) {
        self.trail = trail
        self.clusterID = clusterID
        self.intake = Mutex(intake)
        self.generations = generations
        self.logger = logger
        self.assignment = assignment
        self.fatal = fatal
    }

    func connect(engine: ValidationEngine, consumer: KafkaConsumer) {
        self.engine.withLock { $0 = engine }
        self.consumer.withLock { $0 = consumer }
    }

    /// Lets go of both, so that they can end.
    func disconnect() {
        self.engine.withLock { $0 = nil }
        self.consumer.withLock { $0 = nil }
    }

    /// The engine's wish for more records.
    func demand(_ partition: SourcePartition, epoch: UInt64, records: Int) {
        self.consumer.withLock { $0 }?.addDemand(records, for: KafkaTopicPartition(partition), epoch: epoch)
    }

    /// Records of each assigned partition that are in Kafka and not yet here.
    func lags() -> [(partition: KafkaTopicPartition, lag: Int64)] {
        guard let consumer = self.consumer.withLock({ $0 }) else { return [] }
        return self.consumed.withLock { $0 }.compactMap { partition, next in
            consumer.watermarks(of: partition).lag(from: next).map { (partition, $0) }
        }
    }

    /// Whether the group has given an assignment, be it an empty one.
    var isAssigned: Bool { self.hasAssignment.withLock { $0 } }

    private func setAssigned(_ isAssigned: Bool) {
        self.hasAssignment.withLock { $0 = isAssigned }
        self.assignment(isAssigned)
    }

    // MARK: KafkaConsumerDelegate

    func consumer(
        _ consumer: KafkaConsumer,
        assigned: [KafkaCommittedOffset],
        epoch: UInt64
    ) -> [KafkaTopicPartition: Int64] {
        self.logger.info("Partitions assigned", metadata: ["partitions": "\(assigned.count)", "epoch": "\(epoch)"])
        self.consumed.withLock { consumed in
            consumed = Dictionary(uniqueKeysWithValues: assigned.map { ($0.topicPartition, $0.offset ?? 0) })
        }
        do throws(KafkaError) {
            let metadata = try consumer.groupMetadata()
            if metadata.isOfMember {
                self.generations.assigned(epoch: epoch, metadata: metadata)
            } else {
                // Expelled between the assignment and now, as after a long stop: the revocation is on its way, and
                // until then nothing may be published, because nothing would fence it.
                self.logger.warning("The assignment was lost before it began", metadata: ["epoch": "\(epoch)"])
            }
        } catch {
            self.logger.error("The group's generation cannot be read", metadata: ["error": "\(error)"])
        }
        let loss = ServiceError.lostEntries(
            of: self.trail.trailID,
            at: self.trail.path,
            nextIndex: self.trail.nextIndex,
            assigned: assigned
        )
        if let loss {
            // The engine never hears of the partitions, so nothing is decided until the service has ended.
            self.fatal(loss)
            return [:]
        }
        let assignments = assigned.map(self.partitionAssignment)
        self.engine.withLock { $0 }?.assigned(assignments, epoch: epoch)
        self.setAssigned(true)
        return [:]
    }

    private func partitionAssignment(_ committed: KafkaCommittedOffset) -> PartitionAssignment {
        let partition = SourcePartition(committed.topicPartition)
        var assignment = PartitionAssignment(
            partition: partition,
            committedOffset: committed.offset,
            metadata: committed.metadata
        )
        do throws(TrailError) {
            assignment.recordedThrough = try self.trail.recordedThrough(
                clusterID: self.clusterID,
                partition: partition
            )
            assignment.inDoubt = try self.trail.undelivered(
                clusterID: self.clusterID,
                partition: partition,
                limit: Self.maximumInDoubt
            )
        } catch {
            // Not knowing what is recorded, the engine looks up every record until it does.
            self.logger.warning("The trail did not answer at an assignment", metadata: ["error": "\(error)"])
            assignment.recordedThrough = .max
        }
        return assignment
    }

    func consumer(_ consumer: KafkaConsumer, revoked: [KafkaTopicPartition], epoch: UInt64, lost: Bool) {
        self.logger.info(
            "Partitions revoked",
            metadata: ["partitions": "\(revoked.count)", "epoch": "\(epoch)", "lost": "\(lost)"]
        )
        self.setAssigned(false)
        guard let engine = self.engine.withLock({ $0 }) else { return }
        let released = DispatchSemaphore(value: 0)
        engine.revoked(revoked.map(SourcePartition.init), epoch: epoch) { released.signal() }
        let limit = DispatchTime.now() + .milliseconds(Int(Self.maximumRevocationHold.milliseconds))
        if released.wait(timeout: limit) == .timedOut {
            self.logger.warning("A transaction outlived the revocation; the broker's generation check fences it")
        }
        self.consumed.withLock { consumed in for partition in revoked { consumed.removeValue(forKey: partition) } }
    }

    func consumer(
        _ consumer: KafkaConsumer,
        received: [KafkaRecord],
        of topicPartition: KafkaTopicPartition,
        epoch: UInt64
    ) {
        let partition = SourcePartition(topicPartition)
        let logins = self.intake.withLock { intake in
            received.map { intake.login(from: SourceRecord($0, partition: partition)) }
        }
        if let last = received.last {
            self.consumed.withLock { $0[topicPartition] = last.offset + 1 }
        }
        self.engine.withLock { $0 }?.received(logins, of: partition, epoch: epoch)
    }

    func consumer(_ consumer: KafkaConsumer, failed error: KafkaError) {
        if error.isFatal, error.code == .fenced {
            self.fatal(ServiceError.instanceTaken(error))
        } else if error.isFatal {
            self.fatal(error)
        } else {
            self.logger.warning("Kafka consumer", metadata: ["error": "\(error)"])
        }
    }
}

extension SourcePartition {
    init(_ partition: KafkaTopicPartition) {
        self.init(topic: partition.topic, partition: partition.partition)
    }
}

extension KafkaTopicPartition {
    init(_ partition: SourcePartition) {
        self.init(topic: partition.topic, partition: partition.partition)
    }
}

extension SourceRecord {
    init(_ record: KafkaRecord, partition: SourcePartition) {
        self.init(
            partition: partition,
            offset: record.offset,
            timestamp: record.timestampMilliseconds.map { Timestamp($0) },
            key: record.key,
            value: record.value,
            headers: record.headers.isEmpty ? [] : record.headers.map { Header(name: $0.name, value: $0.value) }
        )
    }
}
