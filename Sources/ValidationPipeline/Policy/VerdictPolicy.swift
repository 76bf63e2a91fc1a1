package import LoginContracts

/// Turns what the platform said into what we do: contract section 2.
///
/// A pure function of the verdict, the event and the configuration. An answer is first put into a ``Row`` of the
/// table, then the row's ruling is looked up: an override for its code, its status or its row, else the profile's.
package struct VerdictPolicy: Hashable, Sendable {
    package var profile: Profile
    package var overrides: [Override]

    /// Which reading of the platform's document the table starts from.
    package enum Profile: String, CaseIterable, Hashable, Sendable {
        /// Only what can be the player's doing kicks; what may be ours or the network's is tried again.
        case guarded
        /// The document's words: every 4xx but 400 kicks.
        case literal
    }

    /// What is done about an answer.
    package struct Ruling: Hashable, Sendable {
        package var action: Action
        package var reason: DecisionReason?
        /// Whether the mass-kick guard counts this answer as a possible sign of wrong credentials.
        package var isWatched = false
        /// Whether an operator should hear of it: it points at our configuration or the network.
        package var isAlert = false
        /// What an answer that is not final says about where the trouble is.
        package var trouble: Trouble = .app
    }

    /// What an answer that is tried again points at.
    package enum Trouble: Hashable, Sendable {
        /// The platform host: everybody's calls are better left alone for a while.
        case host
        /// The app: its maintenance, a wrong base URL. Other apps of the host go on.
        case app
    }

    package enum Action: String, CaseIterable, Hashable, Sendable {
        case pass
        case kick
        case lockout
        case reject
        case retry
    }

    /// One line of a policy file: answers that match get this ruling instead of the profile's.
    package struct Override: Hashable, Sendable {
        package var match: Match
        package var action: Action
        /// `nil` keeps the row's reason.
        package var reason: DecisionReason?

        package enum Match: Hashable, Sendable {
            case code(Int)
            case status(Int)
            case row(Row)
        }

        package init(match: Match, action: Action, reason: DecisionReason? = nil) {
            self.match = match
            self.action = action
            self.reason = reason
        }
    }

    package init(profile: Profile = .guarded, overrides: [Override] = []) {
        self.profile = profile
        self.overrides = overrides
    }

    /// What to do about `verdict` for `event`.
    package func ruling(for verdict: Verdict, of event: LoginEvent) -> Ruling {
        let row = Row(verdict, event: event)
        var ruling = self.ruling(of: row, status: verdict.status)
        guard let override = self.override(for: verdict, row: row) else { return ruling }
        ruling.action = override.action
        switch override.action {
        case .pass, .retry: ruling.reason = nil
        case .kick, .lockout, .reject: ruling.reason = override.reason ?? ruling.reason ?? override.action.defaultReason
        }
        return ruling
    }

    /// The profile's ruling.
    ///
    /// Rows that the guarded profile tries again hold statuses of several hundreds; the literal one kicks for those
    /// of them that are a 4xx.
    private func ruling(of row: Row, status: Int) -> Ruling {
        let ruling = row.guardedRuling
        guard self.profile == .literal, ruling.action == .retry, (401...499).contains(status) else { return ruling }
        return Ruling(action: .kick, reason: .abnormalState, isWatched: true)
    }

    /// The most specific override: a code before a status before a row.
    private func override(for verdict: Verdict, row: Row) -> Override? {
        guard !self.overrides.isEmpty else { return nil }
        if let code = verdict.code, let found = self.overrides.last(where: { $0.match == .code(code) }) { return found }
        return self.overrides.last { $0.match == .status(verdict.status) }
            ?? self.overrides.last { $0.match == .row(row) }
    }
}

extension VerdictPolicy.Action {
    /// The reason of an override that gives a row without one a new action.
    fileprivate var defaultReason: DecisionReason? {
        switch self {
        case .pass, .retry: nil
        case .kick: .abnormalState
        case .lockout: .lockedOut
        case .reject: .invalidRequest
        }
    }
}
