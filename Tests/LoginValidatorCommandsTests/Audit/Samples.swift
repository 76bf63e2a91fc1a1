import AuditTrail
import LoginContracts

/// Entries to show.
enum Samples {
    /// 2026-01-31T09:30:00Z.
    static let recordedAt = Timestamp(1_769_851_800_000)

    static let lockout = Lockout(
        kgAppId: "909428",
        idType: "playerId",
        id: "player-1",
        certMethod: "phone",
        reason: "protection",
        message: "call us",
        notificationOption: "alimtalk",
        memo: "memo",
        lockoutCode: "C1",
        lockoutSection: "mobile",
        regTime: 1000
    )

    private static var identity: RecordIdentity {
        guard let digest = RecordDigest(bytes: [UInt8](repeating: 0xAB, count: 32)) else {
            preconditionFailure("A digest has 32 bytes.")
        }
        return RecordIdentity(
            clusterID: "cluster-1",
            partition: SourcePartition(topic: "login.events", partition: 3),
            offset: 42,
            digest: digest
        )
    }

    /// With every field.
    static let full = RecordedEntry(
        index: 7,
        entry: ValidationEntry(
            identity: Self.identity,
            recordedAt: Self.recordedAt,
            eventID: "event-1",
            occurredAt: Timestamp(Self.recordedAt.millisecondsSince1970 - 1000),
            kgAppId: "909428",
            playerId: "player-1",
            sessionId: "session-1",
            platform: .pc,
            overriddenPlatform: .web,
            tokenFingerprint: [UInt8](repeating: 0xCD, count: 32),
            decision: .lockout,
            reason: .lockedOut,
            httpStatus: 463,
            apiCode: -10103,
            message: "locked (463.-10103)",
            playerStatus: "lockout",
            lockout: Self.lockout,
            attempts: 2,
            platformLatency: .microseconds(12_345),
            traceID: String(repeating: "1", count: 32),
            instanceID: "instance-1",
            policyVersion: "guarded"
        ),
        delivery: EntryDelivery(
            indices: 0...9,
            state: .committed,
            at: Timestamp(Self.recordedAt.millisecondsSince1970 + 1000)
        )
    )

    /// With the mandatory fields alone.
    static let bare = RecordedEntry(
        index: 0,
        entry: ValidationEntry(
            identity: Self.identity,
            recordedAt: Self.recordedAt,
            eventID: "e",
            decision: .pass,
            instanceID: "i",
            policyVersion: "guarded"
        ),
        delivery: nil
    )
}
