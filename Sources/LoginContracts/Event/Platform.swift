/// Where the player obtained the access token; the `platform` header of the validation API.
///
/// A token of the launcher itself has ``launcher``; a token the SDK obtained *through* the launcher has ``pc``. The
/// platform refuses a token that comes with the wrong value, which would kick an honest player: see
/// ``LoginMethod/impliedPlatform``.
public enum Platform: String, CaseIterable, Codable, Hashable, Sendable {
    case web
    case launcher
    case mobile
    case pc
}

/// How the player logged in, where the producer of the event knows it.
public enum LoginMethod: String, CaseIterable, Codable, Hashable, Sendable {
    /// The SDK's own login; says nothing about the platform.
    case sdk
    /// The launcher's (Square's) own login.
    case launcher
    /// The SDK's `LoginWithBridgeToken`, which turns the launcher's session into a token of its own.
    case bridgeToken

    /// The only platform this method can have produced a token for, or `nil` when it can be any.
    public var impliedPlatform: Platform? {
        switch self {
        case .sdk: nil
        case .launcher: .launcher
        case .bridgeToken: .pc
        }
    }
}
