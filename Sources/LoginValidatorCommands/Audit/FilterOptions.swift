import ArgumentParser
import AuditTrail
import LoginContracts

/// The filters of contract section 7. Entries must match all of them; a filter given again adds a choice.
struct FilterOptions: ParsableArguments {
    @Option(help: "The player's id.")
    var player: String?

    @Option(help: "The app's id.")
    var app: String?

    @Option(help: "The session's id.")
    var session: String?

    @Option(help: "The event's id.")
    var event: String?

    @Option(help: "pass, kick, lockout, rejected, undetermined or stale; can be given again.")
    var decision: [Decision] = []

    @Option(help: "A reason, such as tokenInvalid; can be given again.")
    var reason: [DecisionReason] = []

    @Option(help: "The platform's HTTP status; can be given again.")
    var status: [Int] = []

    @Flag(help: "Read an access token from stdin and find its entries by fingerprint.")
    var token = false

    @Option(help: "From this time on: RFC 3339, a date, or a span before now such as 24h.")
    var from: TimeArgument?

    @Option(help: "Before this time: RFC 3339, a date, or a span before now such as 1h.")
    var to: TimeArgument?

    @Option(help: "The login event's topic.")
    var topic: String?

    @Option(help: "The login event's partition.")
    var partition: Int32?

    @Option(help: "The login event's offset.")
    var offset: Int64?

    /// What was asked, by the names of the options; a token is only said to have been given.
    var question: [String: String] {
        var question: [String: String] = [:]
        question["player"] = self.player
        question["app"] = self.app
        question["session"] = self.session
        question["event"] = self.event
        question["topic"] = self.topic
        question["partition"] = self.partition.map(String.init)
        question["offset"] = self.offset.map(String.init)
        question["from"] = self.from?.timestamp.description
        question["to"] = self.to?.timestamp.description
        if self.token { question["token"] = "by its fingerprint" }
        for (name, values) in [
            ("decision", self.decision.map(\.rawValue)), ("reason", self.reason.map(\.rawValue)),
            ("status", self.status.map(String.init)),
        ] where !values.isEmpty {
            question[name] = values.joined(separator: ",")
        }
        return question
    }

    /// - Parameter trail: gives the fingerprint's key when a token is asked for.
    func query(_ trail: TrailOptions) throws -> TrailQuery {
        var query = TrailQuery()
        query.playerId = self.player
        query.kgAppId = self.app
        query.sessionId = self.session
        query.eventID = self.event
        query.decisions = Set(self.decision)
        query.reasons = Set(self.reason)
        query.statuses = Set(self.status)
        query.from = self.from?.timestamp
        query.to = self.to?.timestamp
        query.topic = self.topic
        query.partition = self.partition
        query.offset = self.offset
        if self.token {
            query.tokenFingerprint = try trail.fingerprinter().fingerprint(of: TokenInput.read(from: nil))
        }
        return query
    }
}
