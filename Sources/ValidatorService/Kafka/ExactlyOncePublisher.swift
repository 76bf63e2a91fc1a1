import Foundation
import KafkaClient
import Logging
import LoginContracts
import Synchronization
import ValidationPipeline

/// Publishes outcomes, dead letters and offsets in one Kafka transaction.
///
/// After an error it asks, in this order: must the transaction be aborted, can the same call be made again, or is the
/// producer lost? A commit whose end stays unknown is resolved before the call returns: a new producer with the same
/// transactional id ends what the old one left open, and then the committed offsets tell whether it took place, unless
/// another instance has committed others meanwhile.
final class ExactlyOncePublisher: OutcomePublisher {
    private let configuration: KafkaConfiguration
    private let transactionalID: String
    private let consumer: KafkaConsumer
    private let generations: GroupGenerations
    private let factory: RecordFactory
    private let holds: HoldReasons
    private let logger: Logger
    private let fatal: @Sendable (any Error) -> Void
    private let state: Mutex<State>
    private let isStopping = Mutex(false)

    private struct State {
        var producer: KafkaProducer?
        var fencings = FencingHistory()
        /// Whether a transaction may have taken place without anybody having been asked. To publish its records again could
        /// double them, so nothing is published any more.
        var isUnresolved = false
        /// Whether it has been seen that this broker keeps transactional offsets.
        var isVerified = false
    }

    /// How long one call may take before it is made again.
    static let callTimeout: Duration = .seconds(10)
    /// The broker aborts a transaction that has not ended after this (`transaction.timeout.ms`).
    ///
    /// When an instance dies or freezes in the middle of a transaction, nobody is given the partitions whose offsets are
    /// in it before that: it is the longest time that such a partition stands still after its session has expired.
    static let transactionTimeout: Duration = .seconds(30)
    /// Between two questions to a broker that does not answer, in seconds.
    static let resolveInterval = 0.5
    /// How long the first transaction's offsets may take to be seen.
    static let verificationTimeout: Duration = .seconds(5)

    init(
        configuration: KafkaConfiguration,
        transactionalID: String,
        consumer: KafkaConsumer,
        generations: GroupGenerations,
        factory: RecordFactory,
        holds: HoldReasons,
        logger: Logger,
        fatal: @escaping @Sendable (any Error) -> Void
    ) {
        self.configuration = configuration
        self.transactionalID = transactionalID
        self.consumer = consumer
        self.generations = generations
        self.factory = factory
        self.holds = holds
        self.logger = logger
        self.fatal = fatal
        self.state = Mutex(State())
    }

    /// Takes the transactional id: ends what an earlier life of this instance left open, so that the consumer reads
    /// offsets that are final. Blocks.
    func start() throws(KafkaError) {
        try self.state.withLock { state throws(KafkaError) in
            state.producer = try self.makeProducer()
        }
    }

    /// Makes waits for a broker give up; called before the last publication is waited for.
    func stop() {
        self.isStopping.withLock { $0 = true }
    }

    func close() {
        self.state.withLock { $0.producer.take()?.close() }
    }

    func publish(_ publication: Publication) throws(PublicationFailure) {
        let records: [KafkaProducerRecord]
        do {
            records = try self.factory.records(of: publication)
        } catch {
            throw PublicationFailure(message: "An outcome could not be encoded: \(error)")
        }
        try self.state.withLock { state throws(PublicationFailure) in
            try self.transact(records, publication, &state)
        }
    }

    private func transact(
        _ records: [KafkaProducerRecord],
        _ publication: Publication,
        _ state: inout State
    ) throws(PublicationFailure) {
        // The membership as it was when these partitions were assigned: in a later generation they may be another
        // instance's, and the broker then refuses the offsets, and with them the transaction.
        guard let group = self.generations[publication.epoch] else {
            throw PublicationFailure(message: "The partitions were given up before the transaction began.")
        }
        if state.isUnresolved {
            throw PublicationFailure(message: "The end of the last transaction stays unknown.", isInDoubt: true)
        }
        let offsets = self.factory.offsets(of: publication)
        var isCommitting = false
        do throws(KafkaError) {
            let producer = try self.producer(&state)
            try producer.beginTransaction()
            for record in records { try producer.produce(record) }
            try self.retrying { () throws(KafkaError) in
                try producer.sendOffsets(offsets, group: group, timeout: Self.callTimeout)
            }
            isCommitting = true
            // The commit point: before this call nothing of the cycle is visible, after it all of it is.
            try self.retrying { () throws(KafkaError) in try producer.commitTransaction(timeout: Self.callTimeout) }
        } catch {
            try self.recover(from: error, isCommitting: isCommitting, publication, &state)
        }
        self.verify(offsets, &state)
    }

    /// Returns when the transaction turns out to be committed; throws when it is known not to be.
    private func recover(
        from error: KafkaError,
        isCommitting: Bool,
        _ publication: Publication,
        _ state: inout State
    ) throws(PublicationFailure) {
        if error.mustAbort, let producer = state.producer, self.abort(producer) {
            throw PublicationFailure(message: "The transaction was aborted: \(error)")
        }
        state.producer.take()?.close()
        if error.code == .fenced { try self.countFencing(error, &state) }
        guard isCommitting else { throw PublicationFailure(message: "\(error)") }
        self.logger.warning("The end of a transaction is unknown; asking the broker", metadata: ["error": "\(error)"])
        switch self.resolve(publication, &state) {
        case .committed: return
        case .aborted: throw PublicationFailure(message: "The transaction did not take place: \(error)")
        case .unknown:
            throw PublicationFailure(message: "The end of the transaction stays unknown: \(error)", isInDoubt: true)
        }
    }

    private func abort(_ producer: KafkaProducer) -> Bool {
        do throws(KafkaError) {
            try self.retrying { () throws(KafkaError) in try producer.abortTransaction(timeout: Self.callTimeout) }
            return true
        } catch {
            self.logger.warning("A transaction could not be aborted", metadata: ["error": "\(error)"])
            return false
        }
    }

    /// Asks until the broker answers, or the service is stopping.
    private func resolve(_ publication: Publication, _ state: inout State) -> CommitEnd {
        self.holds.set(.kafkaRefuses)
        defer { self.holds.unset(.kafkaRefuses) }
        while !self.isStopping.withLock({ $0 }) {
            do throws(KafkaError) {
                _ = try self.producer(&state)
                return try self.end(of: publication)
            } catch {
                self.logger.warning("The broker cannot be asked yet", metadata: ["error": "\(error)"])
                Thread.sleep(forTimeInterval: Self.resolveInterval)
            }
        }
        state.isUnresolved = true
        return .unknown
    }

    private func countFencing(_ error: KafkaError, _ state: inout State) throws(PublicationFailure) {
        guard state.fencings.fenced(at: .now) else { return }
        self.fatal(
            ServiceError(
                "Another instance uses the transactional id \(self.transactionalID). Give every instance of the group "
                    + "an INSTANCE_ID of its own."
            )
        )
        throw PublicationFailure(message: "\(error)")
    }

    private func producer(_ state: inout State) throws(KafkaError) -> KafkaProducer {
        if let producer = state.producer { return producer }
        let producer = try self.makeProducer()
        state.producer = producer
        return producer
    }

    private func makeProducer() throws(KafkaError) -> KafkaProducer {
        let producer = try KafkaProducer(
            configuration: self.configuration,
            mode: .transactional(id: self.transactionalID),
            transactionTimeout: Self.transactionTimeout,
            logger: self.logger
        )
        do throws(KafkaError) {
            try self.retrying { () throws(KafkaError) in
                try producer.initializeTransactions(timeout: Self.callTimeout)
            }
            try producer.findTopics(self.factory.topics, timeout: Self.callTimeout)
            return producer
        } catch {
            producer.close()
            throw error
        }
    }

    /// Makes the same call again while the error says so, at most for a transaction's time.
    private func retrying(_ call: () throws(KafkaError) -> Void) throws(KafkaError) {
        let deadline = ContinuousClock.now + Self.transactionTimeout
        var isHolding = false
        defer { if isHolding { self.holds.unset(.kafkaRefuses) } }
        while true {
            do throws(KafkaError) {
                return try call()
            } catch {
                guard error.isRetriable, !error.mustAbort, !error.isFatal, ContinuousClock.now < deadline,
                    !self.isStopping.withLock({ $0 })
                else { throw error }
                if !isHolding { self.holds.set(.kafkaRefuses) }
                isHolding = true
                self.logger.debug("Making a call again", metadata: ["error": "\(error)"])
            }
        }
    }

    /// What the committed offsets say of the publication: their metadata makes them its alone.
    private func end(of publication: Publication) throws(KafkaError) -> CommitEnd {
        let partitions = self.factory.offsets(of: publication).map(\.topicPartition)
        var committed: [SourcePartition: (offset: Int64, metadata: String)] = [:]
        for found in try self.consumer.committed(partitions, timeout: Self.callTimeout) {
            guard let offset = found.offset else { continue }
            committed[SourcePartition(found.topicPartition)] = (offset, found.metadata)
        }
        return CommitEnd(of: publication.progress, committed: committed)
    }

    /// Whether the group has committed as far as that in any partition. If not exactly that, then another instance has
    /// gone on from there meanwhile.
    private func isKept(_ offsets: [KafkaOffsetCommit]) throws(KafkaError) -> Bool {
        let committed = try self.consumer.committed(offsets.map(\.topicPartition), timeout: Self.callTimeout)
        return committed.contains { found in
            offsets.contains { $0.topicPartition == found.topicPartition && $0.offset <= found.offset ?? -1 }
        }
    }

    /// After the first transaction: a broker that took the offsets and did not keep them would make every restart
    /// publish everything again.
    private func verify(_ offsets: [KafkaOffsetCommit], _ state: inout State) {
        guard !state.isVerified, !offsets.isEmpty else { return }
        let deadline = ContinuousClock.now + Self.verificationTimeout
        do throws(KafkaError) {
            // The markers of a transaction follow its commit by some milliseconds.
            while try !self.isKept(offsets) {
                if ContinuousClock.now >= deadline {
                    self.fatal(ServiceError.noTransactionalOffsets)
                    return
                }
                Thread.sleep(forTimeInterval: Self.resolveInterval / 10)
            }
            state.isVerified = true
        } catch {
            self.logger.debug("The committed offsets could not be read yet", metadata: ["error": "\(error)"])
        }
    }
}
