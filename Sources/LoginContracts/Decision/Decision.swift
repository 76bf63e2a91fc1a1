/// What we do about a login.
public enum Decision: String, CaseIterable, Codable, Hashable, Sendable {
    /// The player may play.
    case pass
    /// The player is removed from the game.
    case kick
    /// The player is removed from the game and can release the lockout on a page of the platform.
    case lockout
    /// The event cannot be judged, because it is malformed or the platform refused the request: a dead letter.
    case rejected
    /// The platform gave no usable answer within the event's budget: a dead letter.
    case undetermined
    /// The event was older than the configured maximum age and was not asked about: a dead letter.
    case stale
}

/// Why a decision is what it is; `nil` where nothing needs a reason (a pass).
public enum DecisionReason: String, CaseIterable, Codable, Hashable, Sendable {
    /// The token's owner or app differs from the event's.
    case playerMismatch
    /// 401 with code -29401.
    case tokenInvalid
    /// 401 with any other code.
    case authenticationFailed
    case notAcceptable
    case pendingUnregistration
    case lockedOut
    case sanctioned
    case playerNotFound
    /// A status of the platform's own that no rule names.
    case abnormalState
    /// 400: the platform found the request unusable.
    case invalidRequest
    /// No usable answer within the retry budget, while other calls succeeded.
    case platformUnavailable
    /// Older than the configured maximum age.
    case tooOld
    /// The record is not a login event.
    case malformed
    /// No credentials are configured for the event's app.
    case unknownApp
}
