import LoginContracts

extension PublishedRecord {
    /// Bytes of a record in a temporary file.
    static let byteCount = 64

    private static let decisions = Decision.allCases
    private static let reasons = DecisionReason.allCases
    private static let dispositions = DeadLetter.Disposition.allCases

    /// What the first byte says.
    private enum Flag {
        static let deadLetter: UInt64 = 1
        static let hasPlayer: UInt64 = 2
        static let hasDigest: UInt64 = 4
    }

    /// Appends ``byteCount`` bytes. They are read by this process alone, so nothing about them is a format.
    func append(to bytes: inout [UInt8]) {
        var words = [UInt64](repeating: 0, count: Self.byteCount / 8)
        words[0] = UInt64(UInt32(bitPattern: self.sourcePartition)) << 32 | UInt64(UInt32(bitPattern: self.partition))
        words[1] = UInt64(bitPattern: self.sourceOffset)
        words[2] = UInt64(bitPattern: self.offset)
        switch self.content {
        case .outcome(let id, let decision, let reason, let player, let auditIndex):
            (words[3], words[4]) = (id.high, id.low)
            words[5] = player ?? 0
            words[6] = UInt64(bitPattern: auditIndex)
            words[7] = Self.place(decision, in: Self.decisions) << 8
            if let reason { words[7] |= (Self.place(reason, in: Self.reasons) + 1) << 16 }
            if player != nil { words[7] |= Flag.hasPlayer }
        case .deadLetter(let digest, let disposition):
            if let digest { (words[3], words[4]) = (digest.high, digest.low) }
            words[7] = Self.place(disposition, in: Self.dispositions) << 8 | Flag.deadLetter
            if digest != nil { words[7] |= Flag.hasDigest }
        }
        for word in words { withUnsafeBytes(of: word) { bytes.append(contentsOf: $0) } }
    }

    /// Reads what ``append(to:)`` wrote.
    init(bytes: UnsafeRawBufferPointer) {
        precondition(bytes.count == Self.byteCount, "A record has a fixed size.")
        func word(_ place: Int) -> UInt64 { bytes.loadUnaligned(fromByteOffset: place * 8, as: UInt64.self) }
        let identity = Bits128(high: word(3), low: word(4))
        let flags = word(7)
        let content: Content
        if flags & Flag.deadLetter != 0 {
            content = .deadLetter(
                digest: flags & Flag.hasDigest != 0 ? identity : nil,
                disposition: Self.dispositions[Int(flags >> 8 & 0xFF)]
            )
        } else {
            let reason = Int(flags >> 16 & 0xFF)
            content = .outcome(
                id: identity,
                decision: Self.decisions[Int(flags >> 8 & 0xFF)],
                reason: reason == 0 ? nil : Self.reasons[reason - 1],
                player: flags & Flag.hasPlayer != 0 ? word(5) : nil,
                auditIndex: Int64(bitPattern: word(6))
            )
        }
        self.init(
            sourcePartition: Int32(bitPattern: UInt32(truncatingIfNeeded: word(0) >> 32)),
            sourceOffset: Int64(bitPattern: word(1)),
            partition: Int32(bitPattern: UInt32(truncatingIfNeeded: word(0))),
            offset: Int64(bitPattern: word(2)),
            content: content
        )
    }

    private static func place<Value: Equatable>(_ value: Value, in all: [Value]) -> UInt64 {
        UInt64(all.firstIndex(of: value) ?? 0)
    }
}
