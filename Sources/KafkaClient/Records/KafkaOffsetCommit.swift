/// An offset to be committed for a partition.
package struct KafkaOffsetCommit: Hashable, Sendable {
    /// The partition.
    package let topicPartition: KafkaTopicPartition
    /// The offset of the next record to consume: one more than the last that is done.
    package let offset: Int64
    /// A text kept with the offset, at most `offset.metadata.max.bytes` of the broker (4096 by default).
    package let metadata: String

    /// Describes a commit.
    package init(topicPartition: KafkaTopicPartition, offset: Int64, metadata: String = "") {
        self.topicPartition = topicPartition
        self.offset = offset
        self.metadata = metadata
    }
}
