internal import LoginContracts

/// What the platform knows one of our apps by; the secrets of every request for it.
///
/// Descriptions and mirrors show the app id only.
public struct PlatformCredentials: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The most digits of an app id.
    public static let maximumAppIdLength = 32
    /// The longest secret or key, in bytes.
    public static let maximumSecretLength = 512

    /// The app's id, 1 to ``maximumAppIdLength`` digits.
    public let kgAppId: String
    /// The app's secret. Never log, store or put it into an error.
    public let appSecret: String
    /// The admin key of the `Authorization` header. Never log, store or put it into an error.
    public let adminKey: String

    /// The header lines that depend on the credentials alone, ready to be copied into a request.
    let headerLines: [UInt8]

    /// Checks that every value can be a header field's value.
    ///
    /// - Throws: ``PlatformConfigurationError`` with every field at fault; it holds no value.
    public init(kgAppId: String, appSecret: String, adminKey: String) throws(PlatformConfigurationError) {
        var problems: [PlatformConfigurationError.Problem] = []
        if !Self.isAppId(kgAppId) {
            problems.append(.init(field: "kgAppId", rule: "must be 1 to \(Self.maximumAppIdLength) digits"))
        }
        let rule = "must be 1 to \(Self.maximumSecretLength) visible ASCII characters"
        if !appSecret.isVisibleASCII(maximumLength: Self.maximumSecretLength) {
            problems.append(.init(field: "appSecret", rule: rule))
        }
        if !adminKey.isVisibleASCII(maximumLength: Self.maximumSecretLength) {
            problems.append(.init(field: "adminKey", rule: rule))
        }
        guard problems.isEmpty else { throw PlatformConfigurationError(problems: problems) }
        self.kgAppId = kgAppId
        self.appSecret = appSecret
        self.adminKey = adminKey
        self.headerLines = Array(
            "appSecret: \(appSecret)\r\nAuthorization: KakaoAK \(adminKey)\r\nkgAppId: \(kgAppId)\r\n".utf8
        )
    }

    /// The app id only.
    public var description: String { "PlatformCredentials(kgAppId: \(self.kgAppId), <redacted>)" }
    /// The app id only.
    public var debugDescription: String { self.description }
    /// The app id only.
    public var customMirror: Mirror { Mirror(self, children: ["kgAppId": self.kgAppId]) }

    static func isAppId(_ text: String) -> Bool {
        let bytes = text.utf8
        return (1...Self.maximumAppIdLength).contains(bytes.count) && bytes.allSatisfy { (0x30...0x39).contains($0) }
    }
}
