/// What a consumer tells its owner.
///
/// Every method is called on the consumer's own thread, one at a time. None may block, except
/// ``consumer(_:revoked:epoch:lost:)`` for a bounded time: while it runs nothing is polled, and the group expels a
/// consumer that did not poll for `max.poll.interval.ms` (5 minutes by default). Every method may call the consumer's
/// own methods.
package protocol KafkaConsumerDelegate: AnyObject, Sendable {
    /// Partitions were assigned, with what the group has committed for each. No record was delivered yet.
    ///
    /// No record follows without ``KafkaConsumer/addDemand(_:for:epoch:)``, which may be called from here on.
    ///
    /// - Parameters:
    ///   - consumer: the consumer itself.
    ///   - assigned: all partitions of the new assignment; it may be empty. Everything assigned before was revoked.
    ///   - epoch: the number of this assignment, greater than that of every earlier one of this consumer.
    /// - Returns: the offset from which a partition is to be consumed; for a partition left out it is the committed
    ///   one, or what `auto.offset.reset` says if there is none.
    func consumer(
        _ consumer: KafkaConsumer,
        assigned: [KafkaCommittedOffset],
        epoch: UInt64
    ) -> [KafkaTopicPartition: Int64]

    /// All partitions of an assignment are to be given up; they are another consumer's as soon as this returns.
    ///
    /// Up to then the group waits, so a running transaction can end here. No record of the epoch follows.
    ///
    /// - Parameters:
    ///   - consumer: the consumer itself.
    ///   - revoked: all partitions of the assignment.
    ///   - epoch: the number of the assignment that ends.
    ///   - lost: the group may have given them to another consumer already: nothing can be committed for them.
    func consumer(_ consumer: KafkaConsumer, revoked: [KafkaTopicPartition], epoch: UInt64, lost: Bool)

    /// Records of one partition, in the order of their offsets, never more than the demand.
    func consumer(
        _ consumer: KafkaConsumer,
        received: [KafkaRecord],
        of topicPartition: KafkaTopicPartition,
        epoch: UInt64
    )

    /// Something failed. Unless the error is fatal, the consumer goes on by itself and this is a notice.
    func consumer(_ consumer: KafkaConsumer, failed: KafkaError)

    /// librdkafka's statistics as JSON (STATISTICS.md), every `statistics.interval.ms`; never if that is not set.
    func consumer(_ consumer: KafkaConsumer, statistics: String)
}

extension KafkaConsumerDelegate {
    /// Ignores the statistics.
    package func consumer(_ consumer: KafkaConsumer, statistics: String) {}
}
