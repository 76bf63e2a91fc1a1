/// A record as it was consumed.
///
/// It owns its bytes: nothing in it points into librdkafka's memory.
package struct KafkaRecord: Sendable {
    /// Where the record is stored.
    package let topicPartition: KafkaTopicPartition
    /// Its offset in the partition, from 0.
    package let offset: Int64
    /// Milliseconds since 1970, set by the producer or by the broker (`message.timestamp.type`); nil if it has none.
    package let timestampMilliseconds: Int64?
    /// The key; nil if it is null.
    package let key: [UInt8]?
    /// The value; nil if it is null, which in a compacted topic is a tombstone.
    package let value: [UInt8]?
    /// The headers in their order.
    package let headers: [KafkaHeader]

    /// Makes a record, as a test or another source of records does.
    package init(
        topicPartition: KafkaTopicPartition,
        offset: Int64,
        timestampMilliseconds: Int64? = nil,
        key: [UInt8]? = nil,
        value: [UInt8]? = nil,
        headers: [KafkaHeader] = []
    ) {
        self.topicPartition = topicPartition
        self.offset = offset
        self.timestampMilliseconds = timestampMilliseconds
        self.key = key
        self.value = value
        self.headers = headers
    }
}
