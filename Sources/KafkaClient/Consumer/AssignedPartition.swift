/// A partition of the running assignment.
struct AssignedPartition {
    let topicPartition: KafkaTopicPartition
    let queue: EventQueue
    /// Records that may still be delivered.
    var demand = 0

    init(_ topicPartition: KafkaTopicPartition, queue: EventQueue) {
        self.topicPartition = topicPartition
        self.queue = queue
    }
}
