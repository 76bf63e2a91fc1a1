/// Offsets of a partition, from the first up to, but not including, the end.
package struct KafkaOffsetRange: Hashable, Sendable {
    /// The partition.
    package let topicPartition: KafkaTopicPartition
    /// The first offset.
    package var start: Int64
    /// The offset behind the last.
    package var end: Int64

    /// Names a range; it is empty when `end` is not behind `start`.
    package init(topicPartition: KafkaTopicPartition, start: Int64, end: Int64) {
        self.topicPartition = topicPartition
        self.start = start
        self.end = end
    }

    /// How many offsets there are. A topic may have fewer records: transactions and compaction leave gaps.
    package var count: Int64 { max(0, self.end - self.start) }

    /// The part of it from `first` on, and before `end`.
    package func clamped(from first: Int64, before end: Int64 = .max) -> KafkaOffsetRange {
        KafkaOffsetRange(
            topicPartition: self.topicPartition,
            start: max(self.start, first),
            end: min(self.end, end)
        )
    }
}
