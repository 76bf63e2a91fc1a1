import Crypto
import LoginContracts

/// What matters of an outcome or a dead letter when it is held against the trails: of a fixed size, and nothing that
/// names a player.
struct PublishedRecord: Hashable, Sendable {
    /// The login event's place; its topic is the configured one.
    var sourcePartition: Int32
    var sourceOffset: Int64
    /// Where the outcome or the dead letter stands.
    var partition: Int32
    var offset: Int64
    var content: Content

    enum Content: Hashable, Sendable {
        case outcome(id: Bits128, decision: Decision, reason: DecisionReason?, player: UInt64?, auditIndex: Int64)
        /// The digest's first half, `nil` when the original is not there as a whole.
        case deadLetter(digest: Bits128?, disposition: DeadLetter.Disposition)
    }

    /// 16 bytes.
    struct Bits128: Hashable, Sendable {
        var high: UInt64
        var low: UInt64

        init(high: UInt64, low: UInt64) {
            self.high = high
            self.low = low
        }

        /// The first 16 bytes; missing ones are 0.
        init(_ bytes: some Sequence<UInt8>) {
            var words: [UInt64] = [0, 0]
            for (place, byte) in bytes.prefix(16).enumerated() {
                words[place / 8] |= UInt64(byte) << UInt64(56 - place % 8 * 8)
            }
            self.init(high: words[0], low: words[1])
        }

        /// `nil` unless they are 32 hexadecimal digits.
        init?(hexadecimal text: String) {
            guard text.utf8.count == 32, let high = UInt64(text.prefix(16), radix: 16),
                let low = UInt64(text.suffix(16), radix: 16)
            else { return nil }
            self.init(high: high, low: low)
        }
    }

    var isOutcome: Bool {
        switch self.content {
        case .outcome: true
        case .deadLetter: false
        }
    }

    /// Tells players apart without naming them: the beginning of a SHA-256.
    static func tag(ofPlayer id: String?) -> UInt64? {
        id.map { Bits128(SHA256.hash(data: Array($0.utf8))).high }
    }
}

extension PublishedRecord: Comparable {
    /// By the login event's place, then outcomes before dead letters, then in the order of their own places.
    static func < (left: Self, right: Self) -> Bool {
        if left.sourcePartition != right.sourcePartition { return left.sourcePartition < right.sourcePartition }
        if left.sourceOffset != right.sourceOffset { return left.sourceOffset < right.sourceOffset }
        if left.isOutcome != right.isOutcome { return left.isOutcome }
        return (left.partition, left.offset) < (right.partition, right.offset)
    }
}

extension PublishedRecord {
    init?(_ outcome: PublishedOutcome, partition: Int32, offset: Int64) {
        guard let id = Bits128(hexadecimal: outcome.id) else { return nil }
        self.init(
            sourcePartition: outcome.source.partition,
            sourceOffset: outcome.sourceOffset,
            partition: partition,
            offset: offset,
            content: .outcome(
                id: id,
                decision: outcome.decision,
                reason: outcome.reason,
                player: Self.tag(ofPlayer: outcome.playerId),
                auditIndex: outcome.auditIndex
            )
        )
    }

    /// `nil` for a letter that does not say where it comes from, or why.
    init?(_ letter: StoredDeadLetter) {
        guard let origin = letter.origin, let disposition = letter.disposition, origin.partition.partition >= 0,
            (0..<Int64.max).contains(origin.offset)
        else { return nil }
        self.init(
            sourcePartition: origin.partition.partition,
            sourceOffset: origin.offset,
            partition: letter.place.partition,
            offset: letter.offset,
            content: .deadLetter(
                digest: letter.omitted.isEmpty ? Bits128(RecordDigest(of: letter.event).bytes) : nil,
                disposition: disposition
            )
        )
    }
}
