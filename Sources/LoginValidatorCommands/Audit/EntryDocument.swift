import AuditTrail
import LoginContracts

/// An entry as JSON and CSV show it: the contract's names, times as RFC 3339.
struct EntryDocument: Encodable {
    var index: Int64
    var kind: String
    var recordedAt: String
    var clusterId: String?
    var topic: String?
    var partition: Int32?
    var offset: Int64?
    var recordDigest: String?
    var eventId: String?
    var occurredAt: String?
    var kgAppId: String?
    var playerId: String?
    var sessionId: String?
    var platform: String?
    var overriddenPlatform: String?
    var tokenFingerprint: String?
    var decision: String?
    var reason: String?
    var httpStatus: Int?
    var apiCode: Int?
    var message: String?
    var playerStatus: String?
    var lockout: Lockout?
    var attempts: Int?
    var platformLatencyMilliseconds: Double?
    var traceId: String?
    var instanceId: String
    var policyVersion: String?
    /// `committed`, `superseded` or `in doubt`.
    var delivery: String?
    var deliveredAt: String?
    var details: [String: String]?

    init(_ entry: TrailEntry) {
        switch entry {
        case .validation(let recorded): self.init(recorded)
        case .service(let index, let entry): self.init(index: index, entry)
        }
    }

    private init(_ recorded: RecordedEntry) {
        let entry = recorded.entry
        self.index = recorded.index
        self.kind = "validation"
        self.recordedAt = entry.recordedAt.description
        self.clusterId = entry.identity.clusterID
        self.topic = entry.identity.partition.topic
        self.partition = entry.identity.partition.partition
        self.offset = entry.identity.offset
        self.recordDigest = entry.identity.digest.description
        self.eventId = entry.eventID
        self.occurredAt = entry.occurredAt?.description
        self.kgAppId = entry.kgAppId
        self.playerId = entry.playerId
        self.sessionId = entry.sessionId
        self.platform = entry.platform?.rawValue
        self.overriddenPlatform = entry.overriddenPlatform?.rawValue
        self.tokenFingerprint = entry.tokenFingerprint?.hexadecimal
        self.decision = entry.decision.rawValue
        self.reason = entry.reason?.rawValue
        self.httpStatus = entry.httpStatus
        self.apiCode = entry.apiCode
        self.message = entry.message
        self.playerStatus = entry.playerStatus
        self.lockout = entry.lockout
        self.attempts = entry.attempts
        self.platformLatencyMilliseconds = entry.platformLatency.map { Double($0.microseconds) / 1000 }
        self.traceId = entry.traceID
        self.instanceId = entry.instanceID
        self.policyVersion = entry.policyVersion
        self.delivery = recorded.delivery?.state.rawValue ?? "in doubt"
        self.deliveredAt = recorded.delivery?.at.description
    }

    private init(index: Int64, _ entry: ServiceEntry) {
        self.index = index
        self.kind = entry.kind.rawValue
        self.recordedAt = entry.recordedAt.description
        self.kgAppId = entry.kgAppId
        self.message = entry.message
        self.instanceId = entry.instanceID
        self.details = entry.details.isEmpty ? nil : entry.details
    }

    /// The names of ``fields``, which every entry has.
    static let fieldNames = EntryDocument(index: 0, .init(kind: .started, recordedAt: Timestamp(0), instanceID: ""))
        .fields.map(\.name)

    /// Names and texts in the order people read them; what is absent is `nil`.
    var fields: [(name: String, text: String?)] {
        [
            ("index", "\(self.index)"), ("kind", self.kind), ("recordedAt", self.recordedAt),
            ("decision", self.decision), ("reason", self.reason), ("kgAppId", self.kgAppId),
            ("playerId", self.playerId), ("sessionId", self.sessionId), ("eventId", self.eventId),
            ("occurredAt", self.occurredAt), ("platform", self.platform),
            ("overriddenPlatform", self.overriddenPlatform), ("httpStatus", self.httpStatus.map(String.init)),
            ("apiCode", self.apiCode.map(String.init)), ("message", self.message),
            ("playerStatus", self.playerStatus), ("attempts", self.attempts.map(String.init)),
            ("platformLatencyMilliseconds", self.platformLatencyMilliseconds.map { "\($0)" }),
            ("delivery", self.delivery), ("deliveredAt", self.deliveredAt), ("topic", self.topic),
            ("partition", self.partition.map(String.init)), ("offset", self.offset.map(String.init)),
            ("clusterId", self.clusterId), ("recordDigest", self.recordDigest),
            ("tokenFingerprint", self.tokenFingerprint), ("traceId", self.traceId),
            ("instanceId", self.instanceId), ("policyVersion", self.policyVersion),
            ("lockoutCertMethod", self.lockout?.certMethod), ("lockoutSection", self.lockout?.lockoutSection),
            ("lockoutCode", self.lockout?.lockoutCode), ("lockoutReason", self.lockout?.reason),
            ("lockoutRegTime", self.lockout?.regTime.map { Timestamp($0).description }),
            ("lockoutMessage", self.lockout?.message), ("lockoutMemo", self.lockout?.memo),
            ("lockoutIdType", self.lockout?.idType), ("lockoutId", self.lockout?.id),
            ("lockoutKgAppId", self.lockout?.kgAppId),
            ("lockoutNotificationOption", self.lockout?.notificationOption),
            (
                "details",
                self.details.map { $0.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }.joined(separator: " ") }
            ),
        ]
    }
}
