/// The columns of `entries`, in the order in which one statement writes and another reads them.
///
/// A raw value is the column's place, from 0, so its parameter in ``insert`` is one more.
enum EntryColumn: Int32, CaseIterable {
    case index, kind, recordedAt, instanceID
    case sourceID, recordOffset, recordDigest
    case eventID, occurredAt, kgAppId, playerId, sessionId, platform, overriddenPlatform, tokenFingerprint
    case decision, reason, httpStatus, apiCode, message, playerStatus, lockout
    case attempts, platformLatency, traceID, policyVersion
    case details
    case leafHash

    /// The `kind` of a decision; the kinds of service entries are ``ServiceEntry/Kind``'s.
    static let validationKind = "validation"

    /// The `kind` of an entry that says what became of others; see ``EntryDelivery``.
    static let deliveryKind = "delivery"

    var name: String {
        switch self {
        case .index: "\"index\""
        case .kind: "kind"
        case .recordedAt: "recorded_at"
        case .instanceID: "instance_id"
        case .sourceID: "source_id"
        case .recordOffset: "record_offset"
        case .recordDigest: "record_digest"
        case .eventID: "event_id"
        case .occurredAt: "occurred_at"
        case .kgAppId: "kg_app_id"
        case .playerId: "player_id"
        case .sessionId: "session_id"
        case .platform: "platform"
        case .overriddenPlatform: "overridden_platform"
        case .tokenFingerprint: "token_fingerprint"
        case .decision: "decision"
        case .reason: "reason"
        case .httpStatus: "http_status"
        case .apiCode: "api_code"
        case .message: "message"
        case .playerStatus: "player_status"
        case .lockout: "lockout"
        case .attempts: "attempts"
        case .platformLatency: "platform_latency_us"
        case .traceID: "trace_id"
        case .policyVersion: "policy_version"
        case .details: "details"
        case .leafHash: "leaf_hash"
        }
    }

    /// The type of SQLite that the column's values have.
    var storage: Storage {
        switch self {
        case .index, .recordedAt, .sourceID, .recordOffset, .occurredAt, .httpStatus, .apiCode, .attempts,
            .platformLatency:
            .integer
        case .recordDigest, .tokenFingerprint, .leafHash: .blob
        default: .text
        }
    }

    enum Storage {
        case integer, text, blob
    }

    /// Appends an entry; its parameters are the columns in their order.
    static let insert: String = {
        let names = Self.allCases.map(\.name).joined(separator: ", ")
        let parameters = Self.allCases.map { _ in "?" }.joined(separator: ", ")
        return "INSERT INTO entries (\(names)) VALUES (\(parameters))"
    }()

    /// The columns that a read adds behind an entry's own: its source, then its delivery.
    enum Joined: Int32, CaseIterable {
        case clusterID, topic, partition
        case deliveryFirst, deliveryLast, deliveryState, deliveryAt

        /// The place in ``EntryColumn/selection``, from 0.
        var column: Int32 { Int32(EntryColumn.allCases.count) + self.rawValue }
    }

    /// The start of every read of whole entries, up to its conditions. The entry is `e`, its source `s`, its delivery
    /// `d`.
    static let selection = """
        SELECT \(Self.allCases.map { "e.\($0.name)" }.joined(separator: ", ")),
            s.cluster_id, s.topic, s.partition, d.first_index, d.last_index, d.state, d.marked_at
        FROM entries AS e
        LEFT JOIN sources AS s ON s.id = e.source_id
        \(TrailSchema.deliveryJoin)
        """
}
