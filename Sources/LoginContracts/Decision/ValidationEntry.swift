/// One decision as the audit trail keeps it: everything an auditor may ask about a login, and nothing secret.
///
/// The trail numbers entries; the number is not part of the entry. An outcome event is a function of the entry, its
/// number and the login event, so a decision that is delivered again is published as it was.
package struct ValidationEntry: Hashable, Sendable {
    /// The record that was decided.
    package var identity: RecordIdentity
    /// When the decision was made, by this host's clock; the outcome's `decidedAt`.
    package var recordedAt: Timestamp
    package var eventID: String
    package var occurredAt: Timestamp?
    package var kgAppId: String?
    /// The event's, else the one in the platform's answer.
    package var playerId: String?
    package var sessionId: String?
    package var platform: Platform?
    /// The platform the event claimed, when its login method implied another, which was used.
    package var overriddenPlatform: Platform?
    /// HMAC-SHA-256 of the access token under the trail's fingerprint key, 32 bytes.
    package var tokenFingerprint: [UInt8]?
    package var decision: Decision
    package var reason: DecisionReason?
    package var httpStatus: Int?
    package var apiCode: Int?
    /// The platform's `desc`, or for a rejected event what is wrong with it.
    package var message: String?
    package var playerStatus: String?
    package var lockout: Lockout?
    /// Calls made to the platform, 0 when it was not asked.
    package var attempts: Int
    /// Of the last attempt, from sending the request to the end of the answer.
    package var platformLatency: Duration?
    /// The W3C trace id of the event, 32 hexadecimal digits.
    package var traceID: String?
    package var instanceID: String
    package var policyVersion: String

    package init(
        identity: RecordIdentity,
        recordedAt: Timestamp,
        eventID: String,
        occurredAt: Timestamp? = nil,
        kgAppId: String? = nil,
        playerId: String? = nil,
        sessionId: String? = nil,
        platform: Platform? = nil,
        overriddenPlatform: Platform? = nil,
        tokenFingerprint: [UInt8]? = nil,
        decision: Decision,
        reason: DecisionReason? = nil,
        httpStatus: Int? = nil,
        apiCode: Int? = nil,
        message: String? = nil,
        playerStatus: String? = nil,
        lockout: Lockout? = nil,
        attempts: Int = 0,
        platformLatency: Duration? = nil,
        traceID: String? = nil,
        instanceID: String,
        policyVersion: String
    ) {
        self.identity = identity
        self.recordedAt = recordedAt
        self.eventID = eventID
        self.occurredAt = occurredAt
        self.kgAppId = kgAppId
        self.playerId = playerId
        self.sessionId = sessionId
        self.platform = platform
        self.overriddenPlatform = overriddenPlatform
        self.tokenFingerprint = tokenFingerprint
        self.decision = decision
        self.reason = reason
        self.httpStatus = httpStatus
        self.apiCode = apiCode
        self.message = message
        self.playerStatus = playerStatus
        self.lockout = lockout
        self.attempts = attempts
        self.platformLatency = platformLatency
        self.traceID = traceID
        self.instanceID = instanceID
        self.policyVersion = policyVersion
    }
}
