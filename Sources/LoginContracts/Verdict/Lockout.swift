/// The protection that keeps a player out, as the platform describes it (the `lockout` object of a 463 body).
///
/// Every field may be missing. Nothing in here is secret: tokens and URLs of the same body live elsewhere.
public struct Lockout: Hashable, Sendable, Codable {
    /// The app the lockout concerns.
    public var kgAppId: String?
    /// What ``id`` is, such as `playerId`.
    public var idType: String?
    /// Who is locked out; see ``idType``.
    public var id: String?
    /// The ways to prove one's identity, such as `phone,card`.
    public var certMethod: String?
    /// Why, in the platform's words.
    public var reason: String?
    /// What the player is told.
    public var message: String?
    /// How the player is told, such as `alimtalk`.
    public var notificationOption: String?
    /// A note of the platform's operators.
    public var memo: String?
    /// The platform's code of the lockout.
    public var lockoutCode: String?
    /// Where it applies, such as `mobile`.
    public var lockoutSection: String?
    /// When the lockout was registered, milliseconds since 1970.
    public var regTime: Int64?

    /// Makes a lockout; what is left out was not in the answer.
    public init(
        kgAppId: String? = nil,
        idType: String? = nil,
        id: String? = nil,
        certMethod: String? = nil,
        reason: String? = nil,
        message: String? = nil,
        notificationOption: String? = nil,
        memo: String? = nil,
        lockoutCode: String? = nil,
        lockoutSection: String? = nil,
        regTime: Int64? = nil
    ) {
        self.kgAppId = kgAppId
        self.idType = idType
        self.id = id
        self.certMethod = certMethod
        self.reason = reason
        self.message = message
        self.notificationOption = notificationOption
        self.memo = memo
        self.lockoutCode = lockoutCode
        self.lockoutSection = lockoutSection
        self.regTime = regTime
    }
}
