public import LoginContracts

/// One question to the platform: may the player with this token play?
public struct ValidationRequest: Hashable, Sendable {
    /// The longest ``playerId``, in bytes.
    public static let maximumPlayerIdLength = 64

    /// The app, which must be the one of the credentials the request is sent with.
    public var kgAppId: String
    /// Where the token was obtained.
    public var platform: Platform
    /// The player's token.
    public var accessToken: AccessToken
    /// If present, the platform compares it with the token's owner: 1 to 64 visible ASCII characters.
    public var playerId: String?

    /// Makes a request; its values are checked when it is sent.
    public init(kgAppId: String, platform: Platform, accessToken: AccessToken, playerId: String? = nil) {
        self.kgAppId = kgAppId
        self.platform = platform
        self.accessToken = accessToken
        self.playerId = playerId
    }
}
