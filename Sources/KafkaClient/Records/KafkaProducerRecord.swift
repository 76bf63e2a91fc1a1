/// A record to be produced.
package struct KafkaProducerRecord: Sendable {
    /// The topic it goes to.
    package var topic: String
    /// The partition it goes to; nil lets the partitioner choose by the key.
    package var partition: Int32?
    /// The key; nil for Kafka's null.
    package var key: [UInt8]?
    /// The value; nil for Kafka's null, which in a compacted topic is a tombstone.
    package var value: [UInt8]?
    /// The headers, in the order they are to be stored.
    package var headers: [KafkaHeader]
    /// Milliseconds since 1970; nil for the time of producing.
    package var timestampMilliseconds: Int64?

    /// Describes a record.
    package init(
        topic: String,
        key: [UInt8]? = nil,
        value: [UInt8]? = nil,
        headers: [KafkaHeader] = [],
        timestampMilliseconds: Int64? = nil,
        partition: Int32? = nil
    ) {
        self.topic = topic
        self.partition = partition
        self.key = key
        self.value = value
        self.headers = headers
        self.timestampMilliseconds = timestampMilliseconds
    }
}
