import Crypto

/// What makes a Kafka record the same record: where it lies and what it holds.
///
/// The place alone is not enough. A topic that was deleted and made again, a development broker that was reset, or
/// another cluster all begin at offset 0 again, and must never meet the decision of an older record there. The digest
/// of key, value and timestamp tells them apart; see ``RecordDigest``.
package struct RecordIdentity: Hashable, Sendable {
    package var clusterID: String
    package var partition: SourcePartition
    package var offset: Int64
    package var digest: RecordDigest

    package init(clusterID: String, partition: SourcePartition, offset: Int64, digest: RecordDigest) {
        self.clusterID = clusterID
        self.partition = partition
        self.offset = offset
        self.digest = digest
    }

    package init(of record: SourceRecord, clusterID: String) {
        self.init(
            clusterID: clusterID,
            partition: record.partition,
            offset: record.offset,
            digest: RecordDigest(of: record)
        )
    }

    /// The CloudEvents `id` of the record's outcome: the same for every re-delivery, on every instance.
    ///
    /// The first 128 bits of a SHA-256 over the whole identity, as 32 hexadecimal digits.
    package var outcomeID: String {
        var hash = SHA256()
        hash.update(data: Array("login-validator outcome 1".utf8))
        hash.update(lengthPrefixed: Array(self.clusterID.utf8))
        hash.update(lengthPrefixed: Array(self.partition.topic.utf8))
        hash.update(bigEndian: Int64(self.partition.partition))
        hash.update(bigEndian: self.offset)
        hash.update(data: self.digest.bytes)
        return hash.finalize().prefix(16).hexadecimal
    }
}

/// SHA-256 over a record's key, value and timestamp.
///
/// Key and value are each preceded by their length as a big-endian 64-bit integer (-1 when absent), the timestamp is
/// one such integer (-1, Kafka's own word for none, when absent); so no two different records give the same input.
package struct RecordDigest: Hashable, Sendable, CustomStringConvertible {
    /// 32 bytes.
    package let bytes: [UInt8]

    /// `nil` unless there are exactly 32 bytes.
    package init?(bytes: [UInt8]) {
        guard bytes.count == SHA256.byteCount else { return nil }
        self.bytes = bytes
    }

    package init(of record: SourceRecord) {
        var hash = SHA256()
        hash.update(lengthPrefixed: record.key)
        hash.update(lengthPrefixed: record.value)
        hash.update(bigEndian: record.timestamp?.millisecondsSince1970 ?? -1)
        self.bytes = Array(hash.finalize())
    }

    package var description: String { self.bytes.hexadecimal }
}

extension SHA256 {
    fileprivate mutating func update(lengthPrefixed bytes: [UInt8]?) {
        self.update(bigEndian: bytes.map { Int64($0.count) } ?? -1)
        if let bytes { bytes.withUnsafeBytes { self.update(bufferPointer: $0) } }
    }

    fileprivate mutating func update(bigEndian value: Int64) {
        withUnsafeBytes(of: value.bigEndian) { self.update(bufferPointer: $0) }
    }
}
