/// What a simulated platform does with an access token, written at the token's beginning.
///
/// The grammar is `word["-" argument]"_" anything`: `ok_Xy7…`, `slow-2500_Xy7…`, `status-502_Xy7…`. A token that does
/// not begin so is an ordinary good one, ``ok``.
package enum TokenBehaviour: Hashable, Sendable {
    /// `ok_`: 200, the player may play.
    case ok
    /// `invalid_`: 401, code -29401.
    case invalid
    /// `unauthorized_`: 401 with another code, as for wrong credentials of ours.
    case unauthorized
    /// `notacceptable_`: 406.
    case notAcceptable
    /// `pending_`: 462, the player is about to be unregistered.
    case pending
    /// `locked_`: 463 with lockout, player, token and redirectUri.
    case locked
    /// `sanctioned_`: 464, code -10102.
    case sanctioned
    /// `gone_`: the user does not exist.
    case gone
    /// `custom-499_`: a status of the platform's own; the default argument is 499.
    case custom(Int)
    /// `status-502_`: any status from 200 to 599.
    case status(Int)
    /// `unavailable_`: 503 with Retry-After.
    case unavailable
    /// `slow-2500_`: ``ok``, so many milliseconds late; the default argument is 1000.
    case slow(milliseconds: Int)
    /// `flaky-3_`: 503 for the first so many requests with this very token, then ``ok``; the default argument is 1.
    case flaky(failures: Int)
    /// `hang_`: no answer until the client goes away.
    case hang
    /// `close_`: the connection is closed without an answer.
    case close
    /// `truncate_`: the head and half of the body, then the connection is closed.
    case truncate
    /// `lie_`: 200, but for another player.
    case lie
    /// `garbage_`: 200 with a body that is not JSON.
    case garbage
    /// `huge_`: 200 with a body far beyond any sensible limit.
    case huge
    /// `mixedtypes_`: 200 with numbers where strings belong, nulls and an array for the map.
    case mixedTypes

    /// The longest argument that is read, in digits; a longer one makes the token an ordinary good one.
    package static let maximumArgumentDigits = 5

    /// Reads a token's beginning.
    package init(token: some StringProtocol) {
        guard let end = token.utf8.prefix(Self.maximumPrefixBytes).firstIndex(of: UInt8(ascii: "_")) else {
            self = .ok
            return
        }
        let parts = token[..<end].split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        var argument: Int?
        if parts.count == 2 {
            let digits = parts[1].utf8
            guard !digits.isEmpty, digits.count <= Self.maximumArgumentDigits,
                digits.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(parts[1])
            else {
                self = .ok
                return
            }
            argument = number
        }
        self = Self(word: String(parts[0]), argument: argument) ?? .ok
    }

    private static let maximumPrefixBytes = 24

    private init?(word: String, argument: Int?) {
        switch (word, argument) {
        case ("custom", let status): self = .custom(Self.answerable(status) ?? 499)
        case ("status", let status): self = .status(Self.answerable(status) ?? 500)
        case ("slow", let milliseconds): self = .slow(milliseconds: milliseconds ?? 1000)
        case ("flaky", let failures): self = .flaky(failures: failures ?? 1)
        case (let word, nil):
            guard let behaviour = Self.plain.first(where: { $0.word == word }) else { return nil }
            self = behaviour
        case (_, .some): return nil
        }
    }

    /// Statuses that end an exchange and that every HTTP client can read.
    private static func answerable(_ status: Int?) -> Int? {
        status.flatMap { (200...599).contains($0) ? $0 : nil }
    }

    /// Every behaviour without an argument.
    package static let plain: [TokenBehaviour] = [
        .ok, .invalid, .unauthorized, .notAcceptable, .pending, .locked, .sanctioned, .gone, .unavailable, .hang,
        .close, .truncate, .lie, .garbage, .huge, .mixedTypes,
    ]
}

extension TokenBehaviour {
    /// What a token of this behaviour begins with, such as `slow-2500_`.
    package var prefix: String {
        switch self {
        case .custom(let argument), .status(let argument), .slow(let argument), .flaky(let argument):
            "\(self.word)-\(argument)_"
        case .ok, .invalid, .unauthorized, .notAcceptable, .pending, .locked, .sanctioned, .gone, .unavailable, .hang,
            .close, .truncate, .lie, .garbage, .huge, .mixedTypes:
            "\(self.word)_"
        }
    }

    private var word: String {
        switch self {
        case .ok: "ok"
        case .invalid: "invalid"
        case .unauthorized: "unauthorized"
        case .notAcceptable: "notacceptable"
        case .pending: "pending"
        case .locked: "locked"
        case .sanctioned: "sanctioned"
        case .gone: "gone"
        case .custom: "custom"
        case .status: "status"
        case .unavailable: "unavailable"
        case .slow: "slow"
        case .flaky: "flaky"
        case .hang: "hang"
        case .close: "close"
        case .truncate: "truncate"
        case .lie: "lie"
        case .garbage: "garbage"
        case .huge: "huge"
        case .mixedTypes: "mixedtypes"
        }
    }
}
