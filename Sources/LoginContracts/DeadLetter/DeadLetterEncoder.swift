/// Writes dead letters: the original key, value and headers, and headers that existing tools read.
///
/// The names are those of Kafka Connect's dead letter queue (`__connect.errors.*`, texts) and of Spring Kafka's
/// `DeadLetterPublishingRecoverer` (`kafka_dlt-*`, numbers big-endian). A record that fails again gets these headers
/// anew in place of the old ones, so they do not grow; ``DeadLetterHeader/failures`` counts.
package struct DeadLetterEncoder: Sendable {
    package static let dispositionHeader = DeadLetterHeader.disposition

    /// The consumer group, `kafka_dlt-original-consumer-group`.
    package let groupID: String
    /// This instance, `__connect.errors.connector.name`'s task.
    package let instanceID: String

    package init(groupID: String, instanceID: String) {
        self.groupID = groupID
        self.instanceID = instanceID
    }

    package func encode(_ letter: DeadLetter) -> OutgoingRecord {
        typealias Connect = DeadLetterHeader.Connect
        typealias Spring = DeadLetterHeader.Spring
        let record = letter.record
        let topic = record.partition.topic
        let partition = record.partition.partition
        let offset = record.offset
        let exception = "login-validator.\(letter.disposition.rawValue)"
        var added: [SourceRecord.Header] = [
            .init(DeadLetterHeader.disposition, letter.disposition.rawValue),
            .init(DeadLetterHeader.failures, String(Self.failures(of: record))),
            .init(Connect.topic, topic),
            .init(Connect.partition, String(partition)),
            .init(Connect.offset, String(offset)),
            .init(Connect.connector, "login-validator"),
            .init(Connect.task, self.instanceID),
            .init(Connect.stage, letter.disposition.stage),
            .init(Connect.className, "login-validator"),
            .init(Connect.exception, exception),
            .init(Connect.message, letter.message),
            .init(Spring.topic, topic),
            .init(name: Spring.partition, value: partition.bigEndianBytes),
            .init(name: Spring.offset, value: offset.bigEndianBytes),
            .init(Spring.group, self.groupID),
            .init(Spring.exception, exception),
            .init(Spring.message, letter.message),
        ]
        if let timestamp = record.timestamp {
            added.append(.init(name: Spring.timestamp, value: timestamp.millisecondsSince1970.bigEndianBytes))
        }
        let original = record.headers.filter { !DeadLetterHeader.ofFailure.contains($0.name) }
        return OutgoingRecord(key: record.key, value: record.value, headers: original + added)
    }

    /// How often the event has failed, with this time: a replayed event brings the count of its replays along.
    private static func failures(of record: SourceRecord) -> Int {
        guard !record.headers.isEmpty else { return 1 }
        let earlier = max(
            DeadLetterHeader.count(record.header(DeadLetterHeader.replays)),
            DeadLetterHeader.count(record.header(DeadLetterHeader.failures))
        )
        return min(earlier + 1, DeadLetterHeader.maximumCount)
    }
}

extension DeadLetter.Disposition {
    /// Kafka Connect's word for where a record failed.
    fileprivate var stage: String {
        switch self {
        case .malformed: "VALUE_CONVERTER"
        case .unknownApp, .stale: "TRANSFORMATION"
        case .rejectedByPlatform, .undetermined: "TASK_PUT"
        }
    }
}

extension FixedWidthInteger {
    fileprivate var bigEndianBytes: [UInt8] { withUnsafeBytes(of: self.bigEndian) { Array($0) } }
}
