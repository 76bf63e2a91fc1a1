/// A partition of a topic.
///
/// Records of an assigned partition share one value of this type, so that the topic's name is not made anew for each.
package struct KafkaTopicPartition: Hashable, Sendable, CustomStringConvertible {
    /// The topic's name.
    package let topic: String
    /// The partition's number, from 0.
    package let partition: Int32

    /// Names a partition.
    package init(topic: String, partition: Int32) {
        self.topic = topic
        self.partition = partition
    }

    /// The form Kafka's own tools print: `topic-partition`.
    package var description: String { "\(self.topic)-\(self.partition)" }

    /// Compares the number first: partitions of one topic are told apart without comparing its name.
    package static func == (left: KafkaTopicPartition, right: KafkaTopicPartition) -> Bool {
        left.partition == right.partition && left.topic == right.topic
    }
}
