import KafkaClient
import LoginContracts
import ValidationPipeline

/// Turns a publication into the records and offsets that go to Kafka.
struct RecordFactory {
    let outcomesTopic: String
    let deadLettersTopic: String
    let outcomes: OutcomeEncoder
    let deadLetters: DeadLetterEncoder
    /// Of one record on the wire.
    let maximumRecordBytes: Int

    /// What is produced to.
    var topics: [String] { [self.outcomesTopic, self.deadLettersTopic] }

    func records(of publication: Publication) throws -> [KafkaProducerRecord] {
        var records: [KafkaProducerRecord] = []
        records.reserveCapacity(publication.outcomes.count + publication.deadLetters.count)
        for outcome in publication.outcomes {
            records.append(
                KafkaProducerRecord(
                    try self.outcomes.encode(outcome),
                    topic: self.outcomesTopic,
                    timestamp: outcome.decidedAt
                )
            )
        }
        for letter in publication.deadLetters {
            records.append(
                KafkaProducerRecord(
                    self.deadLetters.encode(letter, maximumBytes: self.maximumRecordBytes),
                    topic: self.deadLettersTopic,
                    timestamp: letter.record.timestamp
                )
            )
        }
        return records
    }

    func offsets(of publication: Publication) -> [KafkaOffsetCommit] {
        publication.progress.map { partition, progress in
            KafkaOffsetCommit(
                topicPartition: KafkaTopicPartition(partition),
                offset: progress.offset,
                metadata: progress.metadata
            )
        }
    }
}

extension KafkaProducerRecord {
    init(_ record: OutgoingRecord, topic: String, timestamp: Timestamp?) {
        self.init(
            topic: topic,
            key: record.key,
            value: record.value,
            headers: record.headers.map { KafkaHeader(name: $0.name, value: $0.value) },
            timestampMilliseconds: timestamp?.millisecondsSince1970
        )
    }
}
