import LoginContracts

@testable import AuditTrail

/// Small, fixed random numbers (SplitMix64): a failing seed fails again.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var value = self.state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

extension SourcePartition {
    static let first = SourcePartition(topic: "login.events", partition: 0)
}

extension RecordIdentity {
    static func sample(
        _ offset: Int64,
        cluster: String = "cluster",
        partition: SourcePartition = .first,
        content: String = ""
    ) -> RecordIdentity {
        let record = SourceRecord(
            partition: partition,
            offset: offset,
            timestamp: Timestamp(1_700_000_000_000 &+ offset),
            key: Array("player".utf8),
            value: Array("\(content) \(offset)".utf8)
        )
        return RecordIdentity(of: record, clusterID: cluster)
    }
}

extension ValidationEntry {
    /// An unremarkable kick of the record at `offset`.
    static func sample(
        _ offset: Int64,
        playerId: String? = "100",
        recordedAt: Int64? = nil,
        identity: RecordIdentity? = nil
    ) -> ValidationEntry {
        ValidationEntry(
            identity: identity ?? .sample(offset),
            recordedAt: Timestamp(recordedAt ?? 1_700_000_000_000 + offset),
            eventID: "event-\(offset)",
            kgAppId: "909428",
            playerId: playerId,
            platform: .mobile,
            decision: .kick,
            reason: .tokenInvalid,
            httpStatus: 401,
            apiCode: -29401,
            message: "Token is invalid. (401.-29401)",
            attempts: 1,
            platformLatency: .microseconds(1500 + offset),
            instanceID: "host-a",
            policyVersion: "guarded"
        )
    }

    static func samples(_ offsets: Range<Int64>) -> [ValidationEntry] {
        offsets.map { .sample($0) }
    }

    /// Every field set, each to something of its own.
    static let complete = ValidationEntry(
        identity: .sample(9, partition: SourcePartition(topic: "other.events", partition: 31)),
        recordedAt: Timestamp(1_700_000_000_123),
        eventID: "event",
        occurredAt: Timestamp(1_699_999_999_001),
        kgAppId: "909428",
        playerId: "player",
        sessionId: "session",
        platform: .pc,
        overriddenPlatform: .launcher,
        tokenFingerprint: (0..<32).map { UInt8($0) },
        decision: .lockout,
        reason: .lockedOut,
        httpStatus: 463,
        apiCode: -10103,
        message: "There is a valid lockout. (463.-10103)",
        playerStatus: "normal",
        lockout: Lockout(
            kgAppId: "909428",
            idType: "playerId",
            id: "player",
            certMethod: "phone,card",
            reason: "stolen \"account\"",
            message: "",
            notificationOption: "alimtalk",
            memo: "mémo\u{0}",
            lockoutCode: "c",
            lockoutSection: "mobile",
            regTime: 1_680_773_813_000
        ),
        attempts: 3,
        platformLatency: .microseconds(123_456),
        traceID: "0af7651916cd43dd8448eb211c80319c",
        instanceID: "host-a",
        policyVersion: "guarded+file"
    )
}

extension ServiceEntry {
    static func sample(_ kind: Kind = .started, recordedAt: Int64 = 1_700_000_000_000) -> ServiceEntry {
        ServiceEntry(kind: kind, recordedAt: Timestamp(recordedAt), instanceID: "host-a")
    }
}

extension EntryDelivery {
    static func committed(_ indices: ClosedRange<Int64>) -> EntryDelivery {
        EntryDelivery(indices: indices, state: .committed, at: Timestamp(1_700_000_100_000))
    }

    static func superseded(_ indices: ClosedRange<Int64>) -> EntryDelivery {
        EntryDelivery(indices: indices, state: .superseded, at: Timestamp(1_700_000_200_000))
    }
}

extension NoteSigner {
    static func sample(name: String = "login-validator/test", key: UInt8 = 1) throws -> NoteSigner {
        try NoteSigner(name: name, privateKey: Array(repeating: key, count: Self.keyLength))
    }
}
