import AuditTrail
import LoginContracts

/// The filters that searches and counts share.
extension TrailQuery {
    static let filterNames = [
        "player", "app", "session", "event", "decision", "reason", "status", "fingerprint", "from", "to", "cluster",
        "topic", "partition", "offset",
    ]

    /// The longest text of a filter, in bytes: nothing that the trail takes from a login event is longer.
    static let maximumTextLength = 1024

    /// Entries that one answer looks at, at most: some tenths of a second.
    static let maximumScanOfAnswer: Int64 = 200_000
    /// The same where an index leads from one hit to the next, and only another filter can make it look at many.
    static let maximumScanOfIndexedAnswer: Int64 = 4_000_000

    /// Takes the filters out of the parameters. Bounds what one answer looks at.
    init(filters parameters: inout QueryParameters) throws(Problem) {
        self.init()
        let length = Self.maximumTextLength
        self.playerId = try parameters.text("player", maximumLength: length)
        self.kgAppId = try parameters.text("app", maximumLength: length)
        self.sessionId = try parameters.text("session", maximumLength: length)
        self.eventID = try parameters.text("event", maximumLength: length)
        self.decisions = try parameters.choices("decision")
        self.reasons = try parameters.choices("reason")
        for text in try parameters.all("status", maximum: Self.maximumStatuses) {
            self.statuses.insert(Int(try QueryParameters.integer(text, "status", in: 100...999)))
        }
        if let text = try parameters.one("fingerprint") {
            guard let bytes = [UInt8](hexadecimal: text, count: 32) else {
                throw .parameter("fingerprint", must: "be 64 hexadecimal digits")
            }
            self.tokenFingerprint = bytes
        }
        self.from = try Self.time("from", &parameters)
        self.to = try Self.time("to", &parameters)
        self.clusterID = try parameters.text("cluster", maximumLength: length)
        self.topic = try parameters.text("topic", maximumLength: length)
        self.partition = try parameters.integer("partition", in: 0...Int64(Int32.max)).map { Int32($0) }
        self.offset = try parameters.integer("offset", in: 0...Int64.max)
        self.after = try parameters.integer("after", in: 0...Int64.max)
        let isIndexed = self.playerId != nil || (self.offset != nil && self.topic != nil)
        self.maximumScan = isIndexed ? Self.maximumScanOfIndexedAnswer : Self.maximumScanOfAnswer
    }

    private static func time(_ name: String, _ parameters: inout QueryParameters) throws(Problem) -> Timestamp? {
        guard let text = try parameters.one(name) else { return nil }
        guard let time = Timestamp(rfc3339: text) else {
            throw .parameter(name, must: "be a time as RFC 3339 has it, such as 2026-01-31T09:30:00Z")
        }
        return time
    }
}
