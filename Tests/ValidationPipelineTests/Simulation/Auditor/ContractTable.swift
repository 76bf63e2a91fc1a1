import LoginContracts

/// The rows of the contract that a simulated platform answers with, written down once more for the auditor.
enum ContractTable {
    /// What an answer says about the player; `nil` when it says nothing.
    static func decision(_ verdict: Verdict, of event: LoginEvent) -> Decision? {
        switch verdict.status {
        case 200 where !verdict.bodyIsReadable: return nil
        case 200:
            let owner = verdict.player?.playerId
            return event.playerId != nil && owner != nil && owner != event.playerId ? .kick : .pass
        case 400: return .rejected
        case 401, 406, 462, 464: return .kick
        case 463: return .lockout
        default: return nil
        }
    }

    /// Whether the answer may also mean that our own credentials are wrong.
    static func pointsAtCredentials(_ verdict: Verdict) -> Bool { verdict.status == 401 && verdict.code != -29401 }

    /// Whether the answer says that its host is in trouble.
    static func pointsAtHost(_ verdict: Verdict) -> Bool {
        [408, 425, 429, 500, 502, 503, 504].contains(verdict.status)
            || (verdict.status == 200 && !verdict.bodyIsReadable)
    }
}
