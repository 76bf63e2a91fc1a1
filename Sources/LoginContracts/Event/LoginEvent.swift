/// A player logged in: the value of a record on the login topic, checked and with its defaults filled in.
package struct LoginEvent: Hashable, Sendable {
    /// Selects the credentials; 1 to 32 digits.
    package var kgAppId: String
    package var accessToken: AccessToken
    /// The platform to validate for: the event's, or the one its login method implies.
    package var platform: Platform
    /// The platform the event claimed when its login method implied another one.
    package var overriddenPlatform: Platform?
    package var loginMethod: LoginMethod?
    package var playerId: String?
    /// The producer's id, else the CloudEvents id, else one derived from the record's place.
    package var eventID: String
    /// When the player logged in: the producer's word, else the CloudEvents time, else the record's timestamp.
    package var occurredAt: Timestamp?
    package var sessionId: String?
    package var serverId: String?
    package var trace: TraceContext?

    package init(
        kgAppId: String,
        accessToken: AccessToken,
        platform: Platform,
        overriddenPlatform: Platform? = nil,
        loginMethod: LoginMethod? = nil,
        playerId: String? = nil,
        eventID: String,
        occurredAt: Timestamp? = nil,
        sessionId: String? = nil,
        serverId: String? = nil,
        trace: TraceContext? = nil
    ) {
        self.kgAppId = kgAppId
        self.accessToken = accessToken
        self.platform = platform
        self.overriddenPlatform = overriddenPlatform
        self.loginMethod = loginMethod
        self.playerId = playerId
        self.eventID = eventID
        self.occurredAt = occurredAt
        self.sessionId = sessionId
        self.serverId = serverId
        self.trace = trace
    }
}

extension LoginEvent {
    package static let maximumAppIDLength = 32
    package static let maximumPlayerIDLength = 64
    package static let maximumEventIDLength = 128
    package static let maximumOpaqueLength = 256

    /// The id of an event whose producer gave none: its record's place, or the first one's if it was replayed.
    package static func derivedID(of record: SourceRecord) -> String {
        if let id = record.header(DeadLetterHeader.eventID), !id.isEmpty,
            id.unicodeScalars.count <= Self.maximumEventIDLength
        {
            return id
        }
        return Self.derivedID(partition: record.partition, offset: record.offset)
    }

    /// The time of an event whose producer gave none: its record's timestamp, or the first one's if it was replayed.
    package static func derivedTime(of record: SourceRecord) -> Timestamp? {
        record.header(DeadLetterHeader.eventTime).flatMap { Timestamp(rfc3339: $0) } ?? record.timestamp
    }

    /// The id that a place gives.
    package static func derivedID(partition: SourcePartition, offset: Int64) -> String {
        let id = "\(partition.topic)-\(partition.partition)-\(offset)"
        // Kafka allows topic names of up to 249 characters; the place stays readable at the end.
        return id.count <= Self.maximumEventIDLength ? id : String(id.suffix(Self.maximumEventIDLength))
    }
}
