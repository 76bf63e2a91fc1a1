import CRDKafka

/// What a transaction needs to know of the consumer whose offsets it commits: group, generation, member.
///
/// It is a copy, taken at one moment: the broker refuses it when the group has rebalanced since then, which fences a
/// consumer that does not know yet that it lost its partitions.
///
/// Sound as `@unchecked Sendable`: librdkafka never changes the object, and only this value frees it.
package final class KafkaGroupMetadata: @unchecked Sendable {
    let raw: OpaquePointer

    init(consuming raw: OpaquePointer) {
        self.raw = raw
    }

    deinit {
        rd_kafka_consumer_group_metadata_destroy(self.raw)
    }
}
