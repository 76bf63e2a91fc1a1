/// What the group has committed for a partition.
package struct KafkaCommittedOffset: Hashable, Sendable {
    /// The partition.
    package let topicPartition: KafkaTopicPartition
    /// The offset of the next record to consume; nil if the group has committed none.
    package let offset: Int64?
    /// The text that was committed with the offset; empty if there was none.
    package let metadata: String

    /// Makes a committed offset, as a test does.
    package init(topicPartition: KafkaTopicPartition, offset: Int64?, metadata: String = "") {
        self.topicPartition = topicPartition
        self.offset = offset
        self.metadata = metadata
    }
}
