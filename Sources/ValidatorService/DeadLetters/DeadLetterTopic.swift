package import KafkaClient
package import Logging
package import LoginContracts

/// A dead-letter topic on a cluster, to be read without a consumer group.
///
/// Blocks; used by one thread at a time.
package final class DeadLetterTopic {
    package let name: String
    package let clusterID: String
    let reader: KafkaTopicReader
    private let letters = DeadLetterDecoder()
    private let events = LoginEventDecoder()

    /// Connects to the configured cluster.
    ///
    /// - Throws: when no broker answers.
    package init(_ configuration: ServiceConfiguration, logger: Logger) throws {
        self.name = configuration.kafka.deadLettersTopic
        self.reader = try KafkaTopicReader(
            configuration: configuration.kafka.clientConfiguration(instanceID: configuration.instanceID),
            logger: logger
        )
        self.clusterID = try self.reader.clusterID()
    }

    /// What a record of the topic is, with what can be shown of its event.
    package enum Content {
        case letter(StoredDeadLetter, LoginPreview)
        /// Of this cluster and topic; others mean other records.
        case replayMarker(ReplayMarker)
        case unreadable(DeadLetterProblem)
    }

    /// The part of each partition that can hold what is selected, as the topic is now.
    ///
    /// What comes later is not read, so every run ends, also one that makes new dead letters.
    package func ranges(of selection: DeadLetterSelection) throws(KafkaError) -> [KafkaOffsetRange] {
        var ranges: [KafkaOffsetRange] = []
        for partition in try self.reader.partitions(of: self.name) {
            if let wanted = selection.partition, wanted != partition.partition { continue }
            var range = try self.reader.extent(of: partition)
            if let offsets = selection.offsets { range = range.clamped(from: offsets.lowerBound) }
            if range.count > 0, let from = selection.from, !EmbeddedBroker.isClusterID(self.clusterID) {
                let first = try self.reader.firstOffset(
                    atOrAfter: max(0, from.millisecondsSince1970),
                    in: partition
                )
                range = range.clamped(from: first ?? range.end)
            }
            ranges.append(range)
        }
        return ranges
    }

    /// Hands over every record of a range.
    package func read(_ range: KafkaOffsetRange, _ body: (Content) throws -> KafkaTopicReader.Next) throws {
        try self.reader.read(range) { record in
            let record = SourceRecord(record, partition: SourcePartition(record.topicPartition))
            switch self.letters.decode(record) {
            case .letter(let letter):
                return try body(.letter(letter, LoginPreview(of: letter.event, decoder: self.events)))
            case .brokenReplayMarker(let problem): return try body(.unreadable(problem))
            case .replayMarker(let marker):
                guard marker.clusterID == self.clusterID, marker.partition == record.partition else {
                    return .nextRecord
                }
                return try body(.replayMarker(marker))
            }
        }
    }
}
