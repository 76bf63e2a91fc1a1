import LoginContracts
import Testing

@testable import ValidationPipeline

/// Contract section 2, row by row.
@Suite struct VerdictPolicyTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var name: String
        var verdict: Verdict
        var event = Logins.event(playerId: "p1")
        var row: VerdictPolicy.Row
        var guarded: VerdictPolicy.Ruling
        /// `nil` is the same as guarded.
        var literal: VerdictPolicy.Ruling?
        var testDescription: String { self.name }
    }

    static let retry = VerdictPolicy.Ruling(action: .retry)
    static let hostRetry = VerdictPolicy.Ruling(action: .retry, trouble: .host)
    static let alert = VerdictPolicy.Ruling(action: .retry, isAlert: true)
    static let abnormal = VerdictPolicy.Ruling(action: .kick, reason: .abnormalState, isWatched: true)

    static func kick(_ reason: DecisionReason) -> VerdictPolicy.Ruling { .init(action: .kick, reason: reason) }

    static func accepted(playerId: String? = nil, kgAppId: String? = nil) -> Verdict {
        Verdict(status: 200, player: Verdict.Player(kgAppId: kgAppId, playerId: playerId))
    }

    static let cases: [Case] = [
        Case(
            name: "match",
            verdict: accepted(playerId: "p1", kgAppId: "100"),
            row: .accepted,
            guarded: .init(action: .pass)
        ),
        Case(
            name: "no player in the answer",
            verdict: Verdict(status: 200),
            row: .accepted,
            guarded: .init(action: .pass)
        ),
        Case(
            name: "player without ids",
            verdict: accepted(),
            row: .accepted,
            guarded: .init(action: .pass)
        ),
        Case(
            name: "event without a player",
            verdict: accepted(playerId: "p2", kgAppId: "100"),
            event: Logins.event(),
            row: .accepted,
            guarded: .init(action: .pass)
        ),
        Case(
            name: "other player",
            verdict: accepted(playerId: "p2", kgAppId: "100"),
            row: .playerMismatch,
            guarded: kick(.playerMismatch)
        ),
        Case(
            name: "other app",
            verdict: accepted(playerId: "p1", kgAppId: "200"),
            row: .playerMismatch,
            guarded: kick(.playerMismatch)
        ),
        Case(
            name: "other app of an event without a player",
            verdict: accepted(kgAppId: "200"),
            event: Logins.event(),
            row: .playerMismatch,
            guarded: kick(.playerMismatch)
        ),
        Case(
            name: "unreadable 200",
            verdict: Verdict(status: 200, bodyIsReadable: false),
            row: .unreadableAnswer,
            guarded: hostRetry
        ),
        Case(
            name: "401 -29401",
            verdict: Verdict(status: 401, code: -29401),
            row: .tokenInvalid,
            guarded: kick(.tokenInvalid)
        ),
        Case(
            name: "401 without a code",
            verdict: Verdict(status: 401),
            row: .authenticationFailed,
            guarded: .init(action: .kick, reason: .authenticationFailed, isWatched: true)
        ),
        Case(
            name: "401 of another code",
            verdict: Verdict(status: 401, code: -1),
            row: .authenticationFailed,
            guarded: .init(action: .kick, reason: .authenticationFailed, isWatched: true)
        ),
        Case(
            name: "-29401 outside 401",
            verdict: Verdict(status: 499, code: -29401),
            row: .abnormalState,
            guarded: abnormal
        ),
        Case(name: "406", verdict: Verdict(status: 406), row: .notAcceptable, guarded: kick(.notAcceptable)),
        Case(
            name: "462",
            verdict: Verdict(status: 462),
            row: .pendingUnregistration,
            guarded: kick(.pendingUnregistration)
        ),
        Case(
            name: "463",
            verdict: Verdict(status: 463),
            row: .lockedOut,
            guarded: .init(action: .lockout, reason: .lockedOut)
        ),
        Case(
            name: "-10103 in 401",
            verdict: Verdict(status: 401, code: -10103),
            row: .lockedOut,
            guarded: .init(action: .lockout, reason: .lockedOut)
        ),
        Case(name: "464", verdict: Verdict(status: 464), row: .sanctioned, guarded: kick(.sanctioned)),
        Case(name: "461", verdict: Verdict(status: 461), row: .sanctioned, guarded: kick(.sanctioned)),
        Case(
            name: "-10102 in 406",
            verdict: Verdict(status: 406, code: -10102),
            row: .sanctioned,
            guarded: kick(.sanctioned)
        ),
        Case(
            name: "no such user",
            verdict: Verdict(status: 499, message: "User does not exist. (499.-1)"),
            row: .playerNotFound,
            guarded: kick(.playerNotFound)
        ),
        Case(
            name: "no such user in 406",
            verdict: Verdict(status: 406, message: "the user does not exist"),
            row: .playerNotFound,
            guarded: kick(.playerNotFound)
        ),
        Case(name: "499", verdict: Verdict(status: 499), row: .abnormalState, guarded: abnormal),
        Case(
            name: "400",
            verdict: Verdict(status: 400),
            row: .invalidRequest,
            guarded: .init(action: .reject, reason: .invalidRequest)
        ),
        Case(name: "473", verdict: Verdict(status: 473), row: .maintenance, guarded: retry, literal: abnormal),
        Case(name: "408", verdict: Verdict(status: 408), row: .unavailable, guarded: hostRetry, literal: abnormal),
        Case(name: "425", verdict: Verdict(status: 425), row: .unavailable, guarded: hostRetry, literal: abnormal),
        Case(name: "429", verdict: Verdict(status: 429), row: .unavailable, guarded: hostRetry, literal: abnormal),
        Case(name: "500", verdict: Verdict(status: 500), row: .unavailable, guarded: hostRetry),
        Case(name: "502", verdict: Verdict(status: 502), row: .unavailable, guarded: hostRetry),
        Case(name: "503", verdict: Verdict(status: 503), row: .unavailable, guarded: hostRetry),
        Case(name: "504", verdict: Verdict(status: 504), row: .unavailable, guarded: hostRetry),
        Case(name: "403", verdict: Verdict(status: 403), row: .unexpectedStatus, guarded: alert, literal: abnormal),
        Case(
            name: "404 with a player's words",
            verdict: Verdict(status: 404, message: "user does not exist"),
            row: .unexpectedStatus,
            guarded: alert,
            literal: abnormal
        ),
        Case(name: "405", verdict: Verdict(status: 405), row: .unexpectedStatus, guarded: alert, literal: abnormal),
        Case(name: "407", verdict: Verdict(status: 407), row: .unexpectedStatus, guarded: alert, literal: abnormal),
        Case(name: "204", verdict: Verdict(status: 204), row: .unexpectedStatus, guarded: alert),
        Case(name: "302", verdict: Verdict(status: 302), row: .unexpectedStatus, guarded: alert),
        Case(name: "501", verdict: Verdict(status: 501), row: .unexpectedStatus, guarded: alert),
        Case(name: "999", verdict: Verdict(status: 999), row: .unexpectedStatus, guarded: alert),
    ]

    @Test(arguments: Self.cases)
    func everyRowHasItsRuling(given: Case) {
        #expect(VerdictPolicy.Row(given.verdict, event: given.event) == given.row)
        #expect(VerdictPolicy().ruling(for: given.verdict, of: given.event) == given.guarded)
        let literal = VerdictPolicy(profile: .literal).ruling(for: given.verdict, of: given.event)
        #expect(literal == given.literal ?? given.guarded)
    }

    /// The whole map from statuses without code and message to what the guarded profile does, 100 to 999.
    @Test func everyStatusHasItsRulingInTheGuardedProfile() {
        let platform: [Int: VerdictPolicy.Ruling] = [
            200: .init(action: .pass), 400: .init(action: .reject, reason: .invalidRequest),
            401: .init(action: .kick, reason: .authenticationFailed, isWatched: true), 406: Self.kick(.notAcceptable),
            461: Self.kick(.sanctioned), 462: Self.kick(.pendingUnregistration),
            463: .init(action: .lockout, reason: .lockedOut), 464: Self.kick(.sanctioned), 473: Self.retry,
            408: Self.hostRetry, 425: Self.hostRetry, 429: Self.hostRetry, 500: Self.hostRetry, 502: Self.hostRetry,
            503: Self.hostRetry,
            504: Self.hostRetry,
        ]
        // The IANA registry's 4xx that are not above.
        let registered: Set<Int> = [
            402, 403, 404, 405, 407, 409, 410, 411, 412, 413, 414, 415, 416, 417, 418, 421, 422, 423, 424, 426, 428,
            431, 451,
        ]
        for status in 100...999 {
            let expected: VerdictPolicy.Ruling
            if let known = platform[status] {
                expected = known
            } else if (400...499).contains(status), !registered.contains(status) {
                expected = Self.abnormal
            } else {
                expected = Self.alert
            }
            let ruling = VerdictPolicy().ruling(for: Verdict(status: status), of: Logins.event())
            #expect(ruling == expected, "status \(status)")
        }
    }

    @Test func literalProfileKicksForEvery4xxBut400() {
        let policy = VerdictPolicy(profile: .literal)
        for status in 400...499 where status != 400 {
            let action = policy.ruling(for: Verdict(status: status), of: Logins.event()).action
            #expect(action == (status == 463 ? .lockout : .kick), "status \(status)")
        }
        for status in [100, 200, 204, 301, 400, 500, 503, 599, 999] {
            #expect(policy.ruling(for: Verdict(status: status), of: Logins.event()).action != .kick, "status \(status)")
        }
    }

    @Test func codeOverridesStatusOverridesRow() {
        let row = VerdictPolicy.Override(match: .row(.sanctioned), action: .retry)
        let status = VerdictPolicy.Override(match: .status(464), action: .lockout)
        let code = VerdictPolicy.Override(match: .code(-10102), action: .pass)
        let verdict = Verdict(status: 464, code: -10102)
        func action(_ overrides: [VerdictPolicy.Override], _ verdict: Verdict) -> VerdictPolicy.Action {
            VerdictPolicy(overrides: overrides).ruling(for: verdict, of: Logins.event()).action
        }
        #expect(action([code, status, row], verdict) == .pass)
        #expect(action([row, status, code], verdict) == .pass)
        #expect(action([row, status], verdict) == .lockout)
        #expect(action([status, row], verdict) == .lockout)
        #expect(action([row], verdict) == .retry)
        #expect(action([row, status, code], Verdict(status: 463)) == .lockout)
        #expect(action([.init(match: .row(.lockedOut), action: .kick), code], Verdict(status: 463)) == .kick)
        // Of two for the same thing the later one counts.
        #expect(action([status, .init(match: .status(464), action: .reject)], verdict) == .reject)
    }

    @Test func overrideKeepsOrReplacesTheReason() {
        func ruling(_ action: VerdictPolicy.Action, _ reason: DecisionReason?, _ status: Int) -> VerdictPolicy.Ruling {
            VerdictPolicy(overrides: [.init(match: .status(status), action: action, reason: reason)])
                .ruling(for: Verdict(status: status), of: Logins.event())
        }
        #expect(ruling(.lockout, nil, 464).reason == .sanctioned)
        #expect(ruling(.kick, .playerNotFound, 464).reason == .playerNotFound)
        #expect(ruling(.pass, .playerNotFound, 464).reason == nil)
        #expect(ruling(.retry, nil, 464).reason == nil)
        #expect(ruling(.kick, nil, 503).reason == .abnormalState)
        #expect(ruling(.lockout, nil, 503).reason == .lockedOut)
        #expect(ruling(.reject, nil, 503).reason == .invalidRequest)
    }
}
