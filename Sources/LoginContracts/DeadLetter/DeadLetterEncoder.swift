/// Writes dead letters: the original key, value and headers, and headers that existing tools read.
///
/// The names are those of Kafka Connect's dead letter queue (`__connect.errors.*`, texts) and of Spring Kafka's
/// `DeadLetterPublishingRecoverer` (`kafka_dlt-*`, numbers big-endian). A record that fails again gets these headers
/// anew in place of the old ones, so they do not grow.
package struct DeadLetterEncoder: Sendable {
    package static let dispositionHeader = "login-validator.disposition"

    /// The consumer group, `kafka_dlt-original-consumer-group`.
    package let groupID: String
    /// This instance, `__connect.errors.connector.name`'s task.
    package let instanceID: String

    package init(groupID: String, instanceID: String) {
        self.groupID = groupID
        self.instanceID = instanceID
    }

    package func encode(_ letter: DeadLetter) -> OutgoingRecord {
        let record = letter.record
        let topic = record.partition.topic
        let partition = record.partition.partition
        let offset = record.offset
        let exception = "login-validator.\(letter.disposition.rawValue)"
        var added: [SourceRecord.Header] = [
            .init(Self.dispositionHeader, letter.disposition.rawValue),
            .init("__connect.errors.topic", topic),
            .init("__connect.errors.partition", String(partition)),
            .init("__connect.errors.offset", String(offset)),
            .init("__connect.errors.connector.name", "login-validator"),
            .init("__connect.errors.task.id", self.instanceID),
            .init("__connect.errors.stage", letter.disposition.stage),
            .init("__connect.errors.class.name", "login-validator"),
            .init("__connect.errors.exception.class.name", exception),
            .init("__connect.errors.exception.message", letter.message),
            .init("kafka_dlt-original-topic", topic),
            .init(name: "kafka_dlt-original-partition", value: partition.bigEndianBytes),
            .init(name: "kafka_dlt-original-offset", value: offset.bigEndianBytes),
            .init("kafka_dlt-original-consumer-group", self.groupID),
            .init("kafka_dlt-exception-fqcn", exception),
            .init("kafka_dlt-exception-message", letter.message),
        ]
        if let timestamp = record.timestamp {
            added.append(
                .init(
                    name: "kafka_dlt-original-timestamp",
                    value: timestamp.millisecondsSince1970.bigEndianBytes
                )
            )
        }
        let original = record.headers.filter { header in
            header.name != "kafka_dlt-original-timestamp" && !added.contains { $0.name == header.name }
        }
        return OutgoingRecord(key: record.key, value: record.value, headers: original + added)
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
