/// The names of the headers that a dead letter, or an event that was replayed, has besides the event's own.
package enum DeadLetterHeader {
    /// Why the event was put aside: a ``DeadLetter/Disposition``.
    package static let disposition = "login-validator.disposition"
    /// How often this event has become a dead letter, from 1.
    package static let failures = "login-validator.failures"
    /// What was left out of a dead letter that would have been too large, from first to last.
    package static let omitted = "login-validator.omitted"

    /// Where a replayed event came from: `cluster/topic/partition/offset` of its dead letter.
    package static let replayedFrom = "login-validator.replayed-from"
    /// When it was replayed, RFC 3339.
    package static let replayedAt = "login-validator.replayed-at"
    /// How often it has been replayed, from 1.
    package static let replays = "login-validator.replays"
    /// The id of an event without one of its own: that of its first place, whatever becomes of it.
    package static let eventID = "login-validator.event-id"
    /// When an event without a time of its own occurred: the timestamp of its first record, RFC 3339.
    package static let eventTime = "login-validator.event-time"

    /// On a record of the dead-letter topic that is no dead letter but says which have been replayed: a version.
    package static let replayMarker = "login-validator.replay-marker"

    /// Kafka Connect's names; the values are texts.
    package enum Connect {
        package static let topic = "__connect.errors.topic"
        package static let partition = "__connect.errors.partition"
        package static let offset = "__connect.errors.offset"
        package static let connector = "__connect.errors.connector.name"
        package static let task = "__connect.errors.task.id"
        package static let stage = "__connect.errors.stage"
        package static let className = "__connect.errors.class.name"
        package static let exception = "__connect.errors.exception.class.name"
        package static let message = "__connect.errors.exception.message"
    }

    /// Spring Kafka's names; numbers are big-endian.
    package enum Spring {
        package static let topic = "kafka_dlt-original-topic"
        package static let partition = "kafka_dlt-original-partition"
        package static let offset = "kafka_dlt-original-offset"
        package static let timestamp = "kafka_dlt-original-timestamp"
        package static let group = "kafka_dlt-original-consumer-group"
        package static let exception = "kafka_dlt-exception-fqcn"
        package static let message = "kafka_dlt-exception-message"
    }

    /// What a dead letter gets for one failure: replaced at the next one, taken off by a replay.
    package static let ofFailure: Set<String> = [
        Self.disposition, Self.failures, Self.omitted, Connect.topic, Connect.partition, Connect.offset,
        Connect.connector, Connect.task, Connect.stage, Connect.className, Connect.exception, Connect.message,
        Spring.topic, Spring.partition, Spring.offset, Spring.timestamp, Spring.group, Spring.exception, Spring.message,
    ]

    /// What a replay adds: it stays with the event, and the next replay replaces it.
    package static let ofReplay: Set<String> = [
        Self.replayedFrom, Self.replayedAt, Self.replays, Self.eventID, Self.eventTime,
    ]

    /// The larger counts are a stranger's, and counted no further.
    package static let maximumCount = 1_000_000

    /// A count in a header; 0 for what is none.
    package static func count(_ text: String?) -> Int {
        guard let text, let count = Int(text), (0...Self.maximumCount).contains(count) else { return 0 }
        return count
    }
}
