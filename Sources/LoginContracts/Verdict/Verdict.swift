/// What the platform said about a token: one HTTP answer of `POST /service/v5/auth/validation`.
///
/// A refused token is a verdict, never an error. Everything but the status is optional, because the platform may leave
/// out, null or mistype any field, and none of that may lose an event; what cannot be understood is `nil`. Texts are
/// bounded, and an access token or one-time token that the platform echoes into one is blanked out.
public struct Verdict: Hashable, Sendable {
    /// The HTTP status code, 100 to 999.
    public var status: Int
    /// The platform's own code, from the `(STATUS.CODE)` that ends `desc`, such as -29401.
    public var code: Int?
    /// The platform's `desc`, at most ``maximumMessageLength`` characters, without control characters.
    public var message: String?
    /// Whether the body was a JSON object within the size limit.
    public var bodyIsReadable: Bool
    /// The token's owner.
    public var player: Player?
    /// What keeps the player out, in a 463 body.
    public var lockout: Lockout?
    /// Where a locked-out player can be sent.
    public var redirect: Redirect?
    /// How long the platform asks us to wait (`Retry-After`, RFC 9110 section 10.2.3), seconds or a date turned into a
    /// time from the answer's arrival; never negative.
    public var retryAfter: Duration?

    /// The longest ``message``, in characters.
    public static let maximumMessageLength = 512

    /// Makes an answer; what is left out was not in it.
    public init(
        status: Int,
        code: Int? = nil,
        message: String? = nil,
        bodyIsReadable: Bool = true,
        player: Player? = nil,
        lockout: Lockout? = nil,
        redirect: Redirect? = nil,
        retryAfter: Duration? = nil
    ) {
        self.status = status
        self.code = code
        self.message = message
        self.bodyIsReadable = bodyIsReadable
        self.player = player
        self.lockout = lockout
        self.redirect = redirect
        self.retryAfter = retryAfter
    }
}

extension Verdict {
    /// The player the token belongs to, as far as the platform tells.
    public struct Player: Hashable, Sendable {
        /// The app the token belongs to.
        public var kgAppId: String?
        /// The player the token belongs to.
        public var playerId: String?
        /// The account's state in the platform's words, such as `normal`.
        public var status: String?
        /// What the player is called; shown to nobody by this package.
        public var nickname: String?
        /// The game's own data of the player: the members of the `data` map that are strings, numbers or booleans, as
        /// text.
        public var data: [String: String]

        /// Makes a player; what is left out was not in the answer.
        public init(
            kgAppId: String? = nil,
            playerId: String? = nil,
            status: String? = nil,
            nickname: String? = nil,
            data: [String: String] = [:]
        ) {
            self.kgAppId = kgAppId
            self.playerId = playerId
            self.status = status
            self.nickname = nickname
            self.data = data
        }
    }

    /// Where a locked-out player can release the lockout.
    public struct Redirect: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
        /// The kind of page, such as `lockout`.
        public var target: String?
        /// The page's address. It holds a one-time token: hand it to the player, never log or store it.
        public var url: String?

        /// Makes a redirect.
        public init(target: String? = nil, url: String? = nil) {
            self.target = target
            self.url = url
        }

        /// The target; never the address.
        public var description: String { "Redirect(target: \(self.target ?? "nil"), url: <redacted>)" }
        /// The target; never the address.
        public var customMirror: Mirror { Mirror(self, children: ["target": self.target as Any]) }
    }
}
