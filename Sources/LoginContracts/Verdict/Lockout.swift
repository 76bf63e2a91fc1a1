/// The protection that keeps a player out, as the platform describes it (the `lockout` object of a 463 body).
///
/// Every field may be missing. Nothing in here is secret: tokens and URLs of the same body live elsewhere.
public struct Lockout: Hashable, Sendable, Codable {
    public var kgAppId: String?
    /// What ``id`` is, such as `playerId`.
    public var idType: String?
    public var id: String?
    /// The ways to prove one's identity, such as `phone,card`.
    public var certMethod: String?
    public var reason: String?
    public var message: String?
    public var notificationOption: String?
    public var memo: String?
    public var lockoutCode: String?
    public var lockoutSection: String?
    /// When the lockout was registered, milliseconds since 1970.
    public var regTime: Int64?

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
