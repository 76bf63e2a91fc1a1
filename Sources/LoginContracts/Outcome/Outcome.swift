/// What downstream kick handlers are told about a login: the data of an outcome event.
///
/// A function of the trail's entry and the login event, so that a decision delivered again is published as it was.
package struct Outcome: Hashable, Sendable {
    /// The CloudEvents `id`; see ``RecordIdentity/outcomeID``.
    package var id: String
    package var data: OutcomeData
    package var trace: TraceContext?
    package var decidedAt: Timestamp

    /// - Parameters:
    ///   - index: the entry's number in the trail.
    ///   - redirect: the page where the player can release a lockout. It holds a one-time token and is in no trail, so
    ///     an outcome that is published after a restart comes without it.
    package init(
        entry: ValidationEntry,
        index: Int64,
        event: LoginEvent?,
        redirect: Verdict.Redirect? = nil
    ) {
        self.id = entry.identity.outcomeID
        self.decidedAt = entry.recordedAt
        self.trace = event?.trace
        self.data = OutcomeData(
            action: entry.decision == .pass ? .none : .kick,
            decision: entry.decision,
            reason: entry.reason,
            kgAppId: entry.kgAppId,
            playerId: entry.playerId,
            platform: entry.platform,
            sessionId: entry.sessionId,
            serverId: event?.serverId,
            eventId: entry.eventID,
            occurredAt: entry.occurredAt?.description,
            decidedAt: entry.recordedAt.description,
            status: entry.httpStatus,
            code: entry.apiCode,
            message: entry.message,
            playerStatus: entry.playerStatus,
            auditIndex: index,
            source: OutcomeData.Source(
                topic: entry.identity.partition.topic,
                partition: entry.identity.partition.partition,
                offset: entry.identity.offset
            ),
            lockout: entry.decision == .lockout ? entry.lockout : nil,
            redirectUri: entry.decision == .lockout
                ? redirect.map { OutcomeData.RedirectURI(target: $0.target, url: $0.url) } : nil
        )
    }
}

/// The JSON object in an outcome event; field by field `schemas/outcome.schema.json`.
package struct OutcomeData: Codable, Hashable, Sendable {
    package var action: Action
    package var decision: Decision
    package var reason: DecisionReason?
    package var kgAppId: String?
    package var playerId: String?
    package var platform: Platform?
    package var sessionId: String?
    package var serverId: String?
    package var eventId: String
    package var occurredAt: String?
    package var decidedAt: String
    package var status: Int?
    package var code: Int?
    package var message: String?
    package var playerStatus: String?
    package var auditIndex: Int64
    package var source: Source
    package var lockout: Lockout?
    package var redirectUri: RedirectURI?

    /// What a kick handler does.
    package enum Action: String, CaseIterable, Codable, Hashable, Sendable {
        /// Remove the player from the game.
        case kick
        case none
    }

    /// The login event's place.
    package struct Source: Codable, Hashable, Sendable {
        package var topic: String
        package var partition: Int32
        package var offset: Int64
    }

    /// The page where the player can release a lockout; its address holds a one-time token and is never printed.
    package struct RedirectURI: Codable, Hashable, Sendable, CustomStringConvertible, CustomReflectable {
        package var target: String?
        package var url: String?

        package var description: String { "RedirectURI(target: \(self.target ?? "nil"), url: <redacted>)" }
        package var customMirror: Mirror { Mirror(self, children: ["target": self.target as Any]) }
    }
}
