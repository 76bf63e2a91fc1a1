extension PlatformAnswer {
    /// What a token of this behaviour gets when the platform is well.
    ///
    /// `failsAgain` says, for a flaky token, whether it still has to fail; asking counts as a failure.
    init(to request: PlatformRequest, behaviour: TokenBehaviour, failsAgain: (_ failures: Int) -> Bool) {
        switch behaviour {
        case .ok: self = .playerMayPlay(request)
        case .invalid: self = .tokenIsInvalid
        case .unauthorized: self = .credentialsAreWrong
        case .notAcceptable: self = .isNotAcceptable
        case .pending: self = .playerIsPending()
        case .locked: self = .playerIsLocked(request)
        case .sanctioned: self = .playerIsSanctioned()
        case .gone: self = .playerIsGone()
        case .custom(let status):
            self = .description("The player is in an abnormal state.", status: status, code: -10100)
        case .status(let status): self = .status(status, request)
        case .unavailable: self = .isUnavailable
        case .slow(let milliseconds): self = .playerMayPlay(request).delayed(by: .milliseconds(milliseconds))
        case .flaky(let failures): self = failsAgain(failures) ? .isBrieflyUnavailable : .playerMayPlay(request)
        case .hang: self = .none(.hanging)
        case .close: self = .none(.closed)
        case .truncate: self = .playerMayPlay(request).delivered(.truncated)
        case .lie: self = .playerMayPlay(request, playerId: Self.somebody(otherThan: request.owner))
        case .garbage: self = .garbage()
        case .huge: self = .huge(request)
        case .mixedTypes: self = .mixedTypes(request)
        }
    }

    private static func status(_ status: Int, _ request: PlatformRequest) -> PlatformAnswer {
        switch status {
        case 200: .playerMayPlay(request)
        // These have no body (RFC 9110 sections 15.3.5, 15.3.6 and 15.4.5).
        case 204, 205, 304: PlatformAnswer(status: status, bytes: [])
        case 429, 503: .description("Simulated status.", status: status, code: -status, retryAfter: 1)
        default: .description("Simulated status.", status: status, code: -status)
        }
    }

    /// Another player id of the same form: only the last character differs.
    private static func somebody(otherThan playerId: String) -> String {
        playerId.dropLast() + (playerId.hasSuffix("7") ? "8" : "7")
    }
}
