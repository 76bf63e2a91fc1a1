package import LoginContracts

/// What a generated login is about, and so what has to come of it.
package enum EventKind: String, CaseIterable, Hashable, Sendable {
    case ok
    case invalid
    case locked
    case sanctioned
    case pending
    case gone
    /// The platform fails once to three times before it answers.
    case flaky
    /// The platform says that the token is another player's.
    case mismatch
    /// The platform never has a usable answer for the token.
    case unavailable
    /// One of ``MalformedKind``.
    case malformed
}

/// What a validator with the default policy has to do about an event, as long as the platform is well.
package struct ExpectedDisposition: Hashable, Sendable {
    package var decision: Decision
    package var reason: DecisionReason?

    package init(_ decision: Decision, _ reason: DecisionReason? = nil) {
        self.decision = decision
        self.reason = reason
    }

    /// Whether an outcome has to be published; passes are not, unless switched on.
    package var publishesOutcome: Bool { self.decision == .kick || self.decision == .lockout }

    /// Whether the record has to become a dead letter.
    package var isDeadLetter: Bool {
        switch self.decision {
        case .rejected, .undetermined, .stale: true
        case .pass, .kick, .lockout: false
        }
    }
}

extension EventKind {
    /// The behaviour of the event's token; `nil` when the token does not matter.
    func behaviour(using random: inout SeededRandom) -> TokenBehaviour? {
        switch self {
        case .ok: .ok
        case .invalid: .invalid
        case .locked: .locked
        case .sanctioned: .sanctioned
        case .pending: .pending
        case .gone: .gone
        case .flaky: .flaky(failures: Int.random(in: 1...Self.maximumFailures, using: &random))
        case .mismatch: .lie
        case .unavailable: .unavailable
        case .malformed: nil
        }
    }

    /// The most failures before a flaky token's answer; fewer than any sensible number of retries.
    private static let maximumFailures = 3

    /// `nil` for ``malformed``, where it depends on ``MalformedKind/expected``.
    var expected: ExpectedDisposition? {
        switch self {
        case .ok, .flaky: .init(.pass)
        case .invalid: .init(.kick, .tokenInvalid)
        case .locked: .init(.lockout, .lockedOut)
        case .sanctioned: .init(.kick, .sanctioned)
        case .pending: .init(.kick, .pendingUnregistration)
        case .gone: .init(.kick, .playerNotFound)
        case .mismatch: .init(.kick, .playerMismatch)
        case .unavailable: .init(.undetermined, .platformUnavailable)
        case .malformed: nil
        }
    }
}
