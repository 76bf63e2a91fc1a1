import KafkaClient
import LoginContracts
import ValidationPipeline

/// Publishes first and commits the offsets after every record was acknowledged.
///
/// A crash between the two publishes again, with the same `ce_id`; nothing is lost.
struct AtLeastOncePublisher: OutcomePublisher {
    let producer: KafkaProducer
    let consumer: KafkaConsumer
    let factory: RecordFactory

    /// How long a cycle's records may take to be acknowledged before the cycle counts as failed.
    static let flushTimeout: Duration = .seconds(30)

    /// Finds the topics, so that a missing one is known at the start and the first cycle does not wait for metadata.
    func start() throws(KafkaError) {
        try self.producer.findTopics(self.factory.topics, timeout: Self.flushTimeout)
    }

    func publish(_ publication: Publication) throws(PublicationFailure) {
        var isBegun = false
        do {
            let records = try self.factory.records(of: publication)
            isBegun = !records.isEmpty
            for record in records { try self.producer.produce(record) }
            if !records.isEmpty { try self.producer.flush(timeout: Self.flushTimeout) }
            try self.consumer.commit(self.factory.offsets(of: publication))
        } catch {
            throw PublicationFailure(message: "\(error)", isInDoubt: isBegun)
        }
    }
}
