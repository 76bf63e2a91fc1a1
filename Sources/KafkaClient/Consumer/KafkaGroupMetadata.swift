import CRDKafka

/// What a transaction needs to know of the consumer whose offsets it commits: group, generation, member.
///
/// It is a copy, taken at one moment: the broker refuses it when the group has rebalanced since then, which fences a
/// consumer that does not know yet that it lost its partitions.
///
/// Sound as `@unchecked Sendable`: librdkafka never changes the object, and only this value frees it.
package final class KafkaGroupMetadata: @unchecked Sendable {
    let raw: OpaquePointer
    /// Whether it names a generation of the group.
    ///
    /// A consumer that was expelled forgets its generation, and when it joins again its member id, before it tells
    /// anybody; and a broker takes the offsets of a transaction from everyone who names neither: they would not be
    /// fenced. Such a copy must never go into a transaction.
    package let isOfMember: Bool

    /// - Parameters:
    ///   - raw: is freed with this value.
    ///   - members: the ids that the consumer may have had when it was taken.
    init(consuming raw: OpaquePointer, groupID: String, groupInstanceID: String?, members: Set<String>) {
        self.raw = raw
        let bytes = Self.bytes(of: raw)
        self.isOfMember = members.union([""]).allSatisfy { member in
            let without = rd_kafka_consumer_group_metadata_new_with_genid(groupID, -1, member, groupInstanceID)
            defer { without.map(rd_kafka_consumer_group_metadata_destroy) }
            return without.map { Self.bytes(of: $0) != bytes } ?? true
        }
    }

    deinit {
        rd_kafka_consumer_group_metadata_destroy(self.raw)
    }

    /// The library's own form of it, good for nothing but a comparison within this process: it has no way to look inside.
    private static func bytes(of metadata: OpaquePointer) -> [UInt8] {
        var buffer: UnsafeMutableRawPointer?
        var size = 0
        if let error = rd_kafka_consumer_group_metadata_write(metadata, &buffer, &size) {
            rd_kafka_error_destroy(error)
            return []
        }
        guard let buffer else { return [] }
        defer { rd_kafka_mem_free(nil, buffer) }
        return Array(UnsafeRawBufferPointer(start: buffer, count: size))
    }
}
