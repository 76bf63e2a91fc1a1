import LoginContracts
import Testing

@Suite struct RecordIdentityTests {
    static func digest(
        key: [UInt8]?,
        value: [UInt8]?,
        timestamp: Int64? = 1
    ) -> RecordDigest {
        RecordDigest(of: .login(value, timestamp: timestamp.map { Timestamp($0) }, key: key))
    }

    /// Records that are all different, though joined together some hold the same bytes.
    @Test func differentRecordsHaveDifferentDigests() {
        let digests = [
            Self.digest(key: nil, value: nil), Self.digest(key: [], value: nil), Self.digest(key: nil, value: []),
            Self.digest(key: [], value: []), Self.digest(key: [1], value: [2, 3]),
            Self.digest(key: [1, 2], value: [3]),
            Self.digest(key: [1, 2, 3], value: []), Self.digest(key: [], value: [1, 2, 3]),
            Self.digest(key: nil, value: [1, 2, 3]), Self.digest(key: [1, 2, 3], value: nil),
            Self.digest(key: [1], value: [2, 3], timestamp: 2), Self.digest(key: [1], value: [2, 3], timestamp: nil),
            Self.digest(key: [1], value: [2, 3], timestamp: 0), Self.digest(key: [0], value: [2, 3]),
            Self.digest(key: [1, 0], value: [2, 3]),
        ]
        #expect(Set(digests).count == digests.count)
    }

    @Test func digestSeesContentAndNotPlaceOrHeaders() {
        let digest = RecordDigest(of: .login([1]))
        #expect(
            digest == RecordDigest(of: .login([1], headers: [.init("a", "b")], topic: "other", partition: 9, offset: 9))
        )
        #expect(digest.bytes.count == 32)
        #expect(digest.description.count == 64)
        #expect(RecordDigest(bytes: digest.bytes) == digest)
        #expect(RecordDigest(bytes: Array(digest.bytes.dropLast())) == nil)
        #expect(RecordDigest(bytes: digest.bytes + [0]) == nil)
    }

    /// Both follow from the layout that ``RecordDigest`` documents; the values were computed by another implementation
    /// of SHA-256. A change would publish every outcome that is still in doubt a second time.
    @Test func digestAndOutcomeIDAreStable() {
        let record = SourceRecord.login(
            Array("value".utf8),
            timestamp: Timestamp(1_769_819_400_000),
            key: Array("key".utf8)
        )
        let identity = RecordIdentity(of: record, clusterID: "cluster-1")
        #expect(identity.digest.description == "cdb5d03ced75cfa3ceb45b5192341b2b47111067ffe4cb145125a0f431983154")
        #expect(identity.outcomeID == "3b925e46a57cc01f86459b71259a0c14")
    }

    @Test func outcomeIDDiffersForEachComponent() {
        let digest = Self.digest(key: [1], value: [2])
        func id(_ cluster: String = "c", _ topic: String = "t", _ partition: Int32 = 0, _ offset: Int64 = 0) -> String {
            RecordIdentity(
                clusterID: cluster,
                partition: SourcePartition(topic: topic, partition: partition),
                offset: offset,
                digest: digest
            ).outcomeID
        }
        var other = RecordIdentity(
            clusterID: "c",
            partition: SourcePartition(topic: "t", partition: 0),
            offset: 0,
            digest: digest
        )
        other.digest = Self.digest(key: [1], value: [3])
        let ids = [
            id(), id("d"), id("c", "u"), id("c", "t", 1), id("c", "t", 0, 1), id("ct", ""), id("", "ct"),
            id("c", "t", 1, 1), other.outcomeID,
        ]
        #expect(Set(ids).count == ids.count)
        #expect(id() == id())
        #expect(ids.allSatisfy { $0.count == 32 && $0.allSatisfy { $0.isHexDigit && !$0.isUppercase } })
    }

    @Test func hexadecimalHasTwoLowerCaseDigitsAByte() {
        #expect([0x00, 0x0F, 0xA0, 0xFF].map { UInt8($0) }.hexadecimal == "000fa0ff")
        #expect([UInt8]().hexadecimal == "")
    }
}
