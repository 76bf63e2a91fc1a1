import KafkaClient
import Logging

/// Writes batches of replayed events, each with the marker that says so.
///
/// Exactly-once: both in one transaction. All replays of a topic have one transactional id, so a replay that begins ends
/// what an earlier one left open and fences it, before it reads which letters have been replayed: two at a time never
/// replay a letter twice. At-least-once (the embedded broker): events, then the marker; a crash between the two makes
/// the next replay send that batch again.
final class ReplayPublisher {
    private let producer: KafkaProducer
    private let isTransactional: Bool

    /// How long one call may take before it is made again.
    private static let callTimeout: Duration = .seconds(10)
    /// How long a batch may take. Short: while a transaction is open, no reader of committed records gets past it.
    private static let transactionTimeout: Duration = .seconds(20)

    /// Connects; with transactions, takes over from every other replay of the topic.
    init(_ topic: DeadLetterTopic, _ configuration: ServiceConfiguration, destination: String, logger: Logger) throws {
        self.isTransactional =
            configuration.kafka.delivery == .exactlyOnce && !EmbeddedBroker.isClusterID(topic.clusterID)
        self.producer = try KafkaProducer(
            configuration: configuration.kafka.clientConfiguration(instanceID: configuration.instanceID),
            mode: self.isTransactional ? .transactional(id: Self.transactionalID(of: topic.name)) : .idempotent,
            transactionTimeout: Self.transactionTimeout,
            logger: logger
        )
        do {
            if self.isTransactional {
                try Self.retrying { () throws(KafkaError) in
                    try self.producer.initializeTransactions(timeout: Self.callTimeout)
                }
            }
            try self.producer.prepare(topics: [destination, topic.name], timeout: Self.callTimeout)
        } catch {
            self.producer.close()
            throw error
        }
    }

    /// The same for every replay of a topic, whoever runs it.
    static func transactionalID(of topic: String) -> String { "login-validator-replay-\(topic)" }

    func publish(_ events: [KafkaProducerRecord], marker: KafkaProducerRecord) throws(KafkaError) {
        guard self.isTransactional else {
            for event in events { try self.producer.produce(event) }
            try self.producer.flush(timeout: Self.transactionTimeout)
            try self.producer.produce(marker)
            try self.producer.flush(timeout: Self.transactionTimeout)
            return
        }
        do throws(KafkaError) {
            try self.producer.beginTransaction()
            for event in events { try self.producer.produce(event) }
            try self.producer.produce(marker)
            // The commit point: events and marker become visible together or not at all.
            try Self.retrying { () throws(KafkaError) in
                try self.producer.commitTransaction(timeout: Self.callTimeout)
            }
        } catch {
            // Nobody should wait for the transaction's time-out; if it was committed after all, this does nothing.
            if !error.isFatal { try? self.producer.abortTransaction(timeout: Self.callTimeout) }
            throw error
        }
    }

    func close() { self.producer.close() }

    /// Makes the same call again while the error says so, at most for a transaction's time.
    private static func retrying(_ call: () throws(KafkaError) -> Void) throws(KafkaError) {
        let deadline = ContinuousClock.now + Self.transactionTimeout
        while true {
            do throws(KafkaError) {
                return try call()
            } catch {
                guard error.isRetriable, !error.mustAbort, !error.isFatal, ContinuousClock.now < deadline else {
                    throw error
                }
            }
        }
    }
}
