import AuditTrail
import Foundation
import KafkaClient
import Logging
import LoginContracts
import Synchronization

/// Has the trail signed at intervals, and hands the checkpoints to Kafka, where they outlive the trail's host.
///
/// The first thing it does is to look for what was handed over before: a trail that does not continue it was replaced by
/// an older copy or changed, and must not go on. Every call blocks; calls from several threads are served one by one.
final class CheckpointPublisher: Sendable {
    private let trail: TrailWriter
    private let signer: NoteSigner
    private let topic: String
    private let producer: KafkaProducer
    private let logger: Logger
    /// How many entries the checkpoint covers that Kafka has confirmed last.
    private let published: Mutex<Int64>

    /// How many records at the end of each partition are looked through for the last checkpoint of this log.
    ///
    /// At one a minute and instance, that is half a day of ten instances; every instance's are in one partition.
    static let maximumLookBack: Int64 = 10_000
    /// How long Kafka may take to confirm one.
    static let timeout: Duration = .seconds(10)

    init(
        _ configuration: ServiceConfiguration,
        kafka: KafkaConfiguration,
        trail: TrailWriter,
        logger: Logger
    ) throws {
        self.trail = trail
        self.signer = try NoteSigner(
            name: configuration.audit.checkpointOrigin ?? NoteSigner.defaultOrigin(trailID: trail.trailID),
            privateKey: configuration.audit.checkpointKeyBytes
                ?? NoteSigner.loadOrCreateKey(beside: configuration.audit.database)
        )
        self.topic = configuration.kafka.checkpointsTopic
        self.logger = logger
        let last = try Self.last(of: self.signer.verifier, in: self.topic, kafka: kafka, logger: logger)
        if let last { try trail.requireContinuation(of: last) }
        trail.signSegments(by: self.signer)
        self.published = Mutex(last?.size ?? 0)
        self.producer = try KafkaProducer(configuration: kafka, mode: .idempotent, logger: logger)
        logger.info(
            "The trail is signed",
            metadata: [
                "verifierKey": "\(self.signer.verifier)", "topic": "\(self.topic)", "published": "\(last?.size ?? 0)",
            ]
        )
    }

    /// Signs what has come since, and hands it over. A Kafka that does not take it is only warned of: the checkpoint is in
    /// the trail, and the next one covers more.
    ///
    /// - Throws: ``TrailError/Code/corrupt`` when the trail does not continue its last checkpoint.
    func publish() throws(TrailError) {
        try self.published.withLock { published throws(TrailError) in try self.publish(beyond: &published) }
    }

    private func publish(beyond published: inout Int64) throws(TrailError) {
        let signed: SignedCheckpoint
        do throws(TrailError) {
            guard let made = try self.trail.checkpoint(signedBy: self.signer, at: .now) else { return }
            signed = made
        } catch {
            if error.code == .corrupt { throw error }
            // The engine holds for the same reason, and says so.
            self.logger.warning("No checkpoint can be made", metadata: ["error": "\(error)"])
            return
        }
        guard signed.checkpoint.size > published else { return }
        do {
            try self.producer.produce(
                KafkaProducerRecord(
                    topic: self.topic,
                    key: Array(signed.checkpoint.origin.utf8),
                    value: Array(signed.note.utf8)
                )
            )
            try self.producer.flush(timeout: Self.timeout)
            published = signed.checkpoint.size
            self.logger.debug("A checkpoint is published", metadata: ["size": "\(signed.checkpoint.size)"])
        } catch {
            self.logger.warning(
                "A checkpoint cannot be published; it is in the trail, and the next one is tried",
                metadata: ["topic": "\(self.topic)", "error": "\(error)"]
            )
        }
    }

    func close() {
        self.producer.close()
    }

    /// The newest checkpoint in the topic that this key has signed, `nil` when there is none.
    static func last(
        of verifier: NoteVerifier,
        in topic: String,
        kafka: KafkaConfiguration,
        logger: Logger
    ) throws -> Checkpoint? {
        let reader = try KafkaTopicReader(configuration: kafka, logger: logger)
        let partitions: [KafkaTopicPartition]
        do throws(KafkaError) {
            partitions = try reader.partitions(of: topic)
        } catch {
            // Nothing was ever published.
            if error.code == .unknownTopic { return nil }
            throw error
        }
        var last: Checkpoint?
        for partition in partitions {
            let extent = try reader.extent(of: partition)
            try reader.read(extent.clamped(from: extent.end - Self.maximumLookBack)) { record in
                guard let note = record.value.flatMap({ String(validating: $0, as: UTF8.self) }),
                    let signed = SignedCheckpoint(note: note, verifier: verifier, signedAt: Timestamp(0))
                else { return .nextRecord }
                if signed.checkpoint.size > last?.size ?? -1 { last = signed.checkpoint }
                return .nextRecord
            }
        }
        return last
    }
}
