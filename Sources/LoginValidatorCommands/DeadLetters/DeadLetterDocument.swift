import LoginContracts
import ValidatorService

/// A dead letter as JSON and CSV show it. Nothing in it holds a token: see ``LoginPreview``.
struct DeadLetterDocument: Encodable {
    var partition: Int32
    var offset: Int64
    var timestamp: String?
    var disposition: String?
    var message: String?
    /// How often the event has become a dead letter.
    var failures: Int
    var originalTopic: String?
    var originalPartition: Int32?
    var originalOffset: Int64?
    var originalTimestamp: String?
    var kgAppId: String?
    var playerId: String?
    var eventId: String
    var platform: String?
    var sessionId: String?
    /// `<redacted>` if there is one.
    var token: String?
    var valueBytes: Int?
    var excerpt: String?
    var omitted: [String]?
    var replayedFrom: String?
    var replayedTo: String?
    var replayedAt: String?
    /// Why it cannot be replayed.
    var obstacle: String?
    var instanceId: String?
    var groupId: String?

    /// Characters of a name that a header gives.
    private static let maximumNameLength = 300

    init(_ row: DeadLetterPage.Row) {
        let (letter, login) = (row.letter, row.login)
        self.partition = letter.place.partition
        self.offset = letter.offset
        self.timestamp = letter.timestamp?.description
        self.disposition = letter.disposition?.rawValue
        // Other programs' messages may quote their record.
        self.message = letter.message.map {
            letter.disposition != nil ? $0 : ValueExcerpt.mask($0.utf8.count)
        }
        self.failures = letter.failures
        self.originalTopic = letter.origin?.partition.topic
        self.originalPartition = letter.origin?.partition.partition
        self.originalOffset = letter.origin?.offset
        self.originalTimestamp = letter.origin?.timestamp?.description
        self.kgAppId = login.kgAppId
        self.playerId = login.playerId
        self.eventId = login.eventID
        self.platform = login.platform?.rawValue
        self.sessionId = login.sessionId
        self.token = login.hasToken ? "<redacted>" : nil
        self.valueBytes = letter.event.value?.count
        self.excerpt = letter.omitted.isEmpty ? login.excerpt : nil
        self.omitted = letter.omitted.isEmpty ? nil : letter.omitted
        self.replayedFrom = letter.replayedFrom.map { String($0.prefix(Self.maximumNameLength)) }
        self.replayedTo = row.replays.last?.destination
        self.replayedAt = row.replays.last?.at.description
        self.obstacle = letter.obstacle
        self.instanceId = letter.instanceID.map { String($0.prefix(Self.maximumNameLength)) }
        self.groupId = letter.groupID.map { String($0.prefix(Self.maximumNameLength)) }
    }

    /// Names and texts in the order people read them; what is absent is `nil`.
    var fields: [(name: String, text: String?)] {
        [
            ("partition", "\(self.partition)"), ("offset", "\(self.offset)"), ("timestamp", self.timestamp),
            ("disposition", self.disposition), ("message", self.message), ("kgAppId", self.kgAppId),
            ("playerId", self.playerId), ("eventId", self.eventId), ("platform", self.platform),
            ("sessionId", self.sessionId), ("token", self.token), ("failures", "\(self.failures)"),
            ("replayedTo", self.replayedTo), ("replayedAt", self.replayedAt), ("replayedFrom", self.replayedFrom),
            ("originalTopic", self.originalTopic), ("originalPartition", self.originalPartition.map(String.init)),
            ("originalOffset", self.originalOffset.map(String.init)), ("originalTimestamp", self.originalTimestamp),
            ("valueBytes", self.valueBytes.map(String.init)), ("excerpt", self.excerpt),
            ("omitted", self.omitted?.joined(separator: " ")), ("obstacle", self.obstacle),
            ("instanceId", self.instanceId), ("groupId", self.groupId),
        ]
    }

    /// The names of ``fields``.
    static let fieldNames = [
        "partition", "offset", "timestamp", "disposition", "message", "kgAppId", "playerId", "eventId", "platform",
        "sessionId", "token", "failures", "replayedTo", "replayedAt", "replayedFrom", "originalTopic",
        "originalPartition", "originalOffset", "originalTimestamp", "valueBytes", "excerpt", "omitted", "obstacle",
        "instanceId", "groupId",
    ]
}
