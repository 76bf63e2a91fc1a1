package import LoginContracts

extension VerdictPolicy {
    /// The rows of the verdict table.
    package enum Row: String, CaseIterable, Hashable, Sendable {
        case accepted
        case playerMismatch
        /// 200 with a body that is no JSON object.
        case unreadableAnswer
        case tokenInvalid
        case authenticationFailed
        case notAcceptable
        case pendingUnregistration
        case lockedOut
        case sanctioned
        case playerNotFound
        /// A 4xx of the platform's own that no other row names.
        case abnormalState
        case invalidRequest
        case maintenance
        /// 408, 425, 429, 500, 502, 503, 504.
        case unavailable
        /// 403, 404, 405, 407 and every other status that HTTP defines, or one outside 200 to 599.
        case unexpectedStatus

        package init(_ verdict: Verdict, event: LoginEvent) {
            switch verdict.status {
            case 200: self = Row(acceptance: verdict, event: event)
            case 400: self = .invalidRequest
            case 473: self = .maintenance
            case 408, 425, 429, 500, 502, 503, 504: self = .unavailable
            case 400...499 where !Self.isDefinedByHTTP(verdict.status): self = Row(refusal: verdict)
            default: self = .unexpectedStatus
            }
        }

        private init(acceptance verdict: Verdict, event: LoginEvent) {
            guard verdict.bodyIsReadable else {
                self = .unreadableAnswer
                return
            }
            let playerDiffers = event.playerId.map { $0 != verdict.player?.playerId ?? $0 } ?? false
            let appDiffers = verdict.player?.kgAppId.map { $0 != event.kgAppId } ?? false
            self = playerDiffers || appDiffers ? .playerMismatch : .accepted
        }

        /// A 4xx by which the platform judges the player. The platform's code says more than its status.
        private init(refusal verdict: Verdict) {
            switch (verdict.status, verdict.code) {
            case (401, -29401): self = .tokenInvalid
            case (_, -10103): self = .lockedOut
            case (_, -10102): self = .sanctioned
            case (401, _): self = .authenticationFailed
            case (462, _): self = .pendingUnregistration
            case (463, _): self = .lockedOut
            case (461, _), (464, _): self = .sanctioned
            case _ where Self.saysNoSuchUser(verdict.message): self = .playerNotFound
            case (406, _): self = .notAcceptable
            default: self = .abnormalState
            }
        }

        /// The document names the case without a code, so its words must do.
        private static func saysNoSuchUser(_ message: String?) -> Bool {
            guard let message else { return false }
            let text = message.lowercased()
            return text.contains("user does not exist") || text.contains("player does not exist")
                || text.contains("user not found") || text.contains("player not found")
        }

        /// 4xx codes of the IANA HTTP status code registry that say nothing about a player; 401 and 406 are registered
        /// too, but the platform's document gives them a meaning of its own.
        private static func isDefinedByHTTP(_ status: Int) -> Bool {
            switch status {
            case 402, 403, 404, 405, 407...418, 421...426, 428, 429, 431, 451: true
            default: false
            }
        }
    }
}

extension VerdictPolicy.Row {
    /// The row's ruling in the guarded profile.
    var guardedRuling: VerdictPolicy.Ruling {
        switch self {
        case .accepted: .init(action: .pass)
        case .playerMismatch: .init(action: .kick, reason: .playerMismatch)
        case .unreadableAnswer: .init(action: .retry, trouble: .host)
        case .tokenInvalid: .init(action: .kick, reason: .tokenInvalid)
        case .authenticationFailed: .init(action: .kick, reason: .authenticationFailed, isWatched: true)
        case .notAcceptable: .init(action: .kick, reason: .notAcceptable)
        case .pendingUnregistration: .init(action: .kick, reason: .pendingUnregistration)
        case .lockedOut: .init(action: .lockout, reason: .lockedOut)
        case .sanctioned: .init(action: .kick, reason: .sanctioned)
        case .playerNotFound: .init(action: .kick, reason: .playerNotFound)
        case .abnormalState: .init(action: .kick, reason: .abnormalState, isWatched: true)
        case .invalidRequest: .init(action: .reject, reason: .invalidRequest)
        case .maintenance, .unexpectedStatus: .init(action: .retry, isAlert: self == .unexpectedStatus)
        case .unavailable: .init(action: .retry, trouble: .host)
        }
    }
}
