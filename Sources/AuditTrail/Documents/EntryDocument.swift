package import LoginContracts

/// An entry as JSON and CSV show it: the members of its leaf (see <doc:TrailFormat>), and what became of it.
package struct EntryDocument: Encodable, Sendable {
    package var index: Int64
    package var kind: String
    package var recordedAt: String
    package var clusterId: String?
    package var topic: String?
    package var partition: Int32?
    package var offset: Int64?
    package var recordDigest: String?
    package var eventId: String?
    package var occurredAt: String?
    package var kgAppId: String?
    package var playerId: String?
    package var sessionId: String?
    package var platform: String?
    package var overriddenPlatform: String?
    package var tokenFingerprint: String?
    package var decision: String?
    package var reason: String?
    package var httpStatus: Int?
    package var apiCode: Int?
    package var message: String?
    package var playerStatus: String?
    package var lockout: Lockout?
    package var attempts: Int?
    package var platformLatencyMicroseconds: Int64?
    package var traceId: String?
    package var instanceId: String
    package var policyVersion: String?
    /// `committed`, `superseded` or `in doubt`.
    package var delivery: String?
    package var deliveredAt: String?
    package var details: [String: Detail]?

    /// A value of ``details``.
    package enum Detail: Encodable, Hashable, Sendable, CustomStringConvertible {
        case text(String)
        case integer(Int64)

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .text(let text): try container.encode(text)
            case .integer(let number): try container.encode(number)
            }
        }

        package var description: String {
            switch self {
            case .text(let text): text
            case .integer(let number): "\(number)"
            }
        }
    }

    package init(_ entry: TrailEntry) {
        switch entry {
        case .validation(let recorded): self.init(recorded)
        case .delivery(let index, let delivery, let instanceID):
            self.init(index: index, delivery, instanceID: instanceID)
        case .service(let index, let entry): self.init(index: index, entry)
        }
    }

    private init(_ recorded: RecordedEntry) {
        let entry = recorded.entry
        self.index = recorded.index
        self.kind = EntryColumn.validationKind
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
        self.platformLatencyMicroseconds = entry.platformLatency?.microseconds
        self.traceId = entry.traceID
        self.instanceId = entry.instanceID
        self.policyVersion = entry.policyVersion
        self.delivery = recorded.delivery?.state.rawValue ?? EntryDelivery.inDoubt
        self.deliveredAt = recorded.delivery?.at.description
    }

    private init(index: Int64, _ delivery: EntryDelivery, instanceID: String) {
        self.index = index
        self.kind = EntryColumn.deliveryKind
        self.recordedAt = delivery.at.description
        self.instanceId = instanceID
        self.details = [
            "first": .integer(delivery.indices.lowerBound),
            "last": .integer(delivery.indices.upperBound),
            "state": .text(delivery.state.rawValue),
        ]
    }

    private init(index: Int64, _ entry: ServiceEntry) {
        self.index = index
        self.kind = entry.kind.rawValue
        self.recordedAt = entry.recordedAt.description
        self.kgAppId = entry.kgAppId
        self.message = entry.message
        self.instanceId = entry.instanceID
        self.details = entry.details.isEmpty ? nil : entry.details.mapValues(Detail.text)
    }

    /// The names of ``fields``, which every entry has.
    package static let fieldNames = EntryDocument(
        index: 0,
        .init(kind: .started, recordedAt: Timestamp(0), instanceID: "")
    )
    .fields.map(\.name)

    /// Names and texts in the order people read them; what is absent is `nil`.
    package var fields: [(name: String, text: String?)] {
        [
            ("index", "\(self.index)"), ("kind", self.kind), ("recordedAt", self.recordedAt),
            ("decision", self.decision), ("reason", self.reason), ("kgAppId", self.kgAppId),
            ("playerId", self.playerId), ("sessionId", self.sessionId), ("eventId", self.eventId),
            ("occurredAt", self.occurredAt), ("platform", self.platform),
            ("overriddenPlatform", self.overriddenPlatform), ("httpStatus", self.httpStatus.map(String.init)),
            ("apiCode", self.apiCode.map(String.init)), ("message", self.message),
            ("playerStatus", self.playerStatus), ("attempts", self.attempts.map(String.init)),
            ("platformLatencyMicroseconds", self.platformLatencyMicroseconds.map(String.init)),
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
