import HTTPTypes
import LoginContracts

/// A validation request whose mandatory headers are all there.
struct PlatformRequest: Sendable {
    var kgAppId: String
    var appSecret: String
    var authorization: String
    var platform: Platform
    var accessToken: String
    /// The claim that the platform compares with the token's owner.
    var playerId: String?

    /// Throws the 400 that a request with a missing or mistyped header gets.
    init(headers: HTTPFields) throws(PlatformRefusal) {
        let contentType = try Self.mandatory("Content-Type", in: headers)
        guard contentType.lowercased().hasPrefix("application/json") else { throw .wrongType("Content-Type") }
        self.appSecret = try Self.mandatory("appSecret", in: headers)
        self.authorization = try Self.mandatory("Authorization", in: headers)
        self.kgAppId = try Self.mandatory("kgAppId", in: headers)
        guard self.kgAppId.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { throw .wrongType("kgAppId") }
        guard let platform = Platform(rawValue: try Self.mandatory("platform", in: headers)) else {
            throw .wrongType("platform")
        }
        self.platform = platform
        self.accessToken = try Self.mandatory("accessToken", in: headers)
        self.playerId = Self.value("playerId", in: headers)
    }

    /// Whether the request carries the credentials of one of the apps.
    func isAuthenticated(by apps: [SimulatedApp]) -> Bool {
        apps.contains { app in
            app.kgAppId == self.kgAppId && app.appSecret == self.appSecret
                && self.authorization == "KakaoAK \(app.adminKey)"
        }
    }

    /// The player the token belongs to: the claimed one, else one that is always the same for the token.
    var owner: String {
        if let playerId = self.playerId { return playerId }
        // FNV-1a: all that matters is that it repeats itself.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in self.accessToken.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0100_0000_01B3 }
        return String(100_000_000_000_000 + hash % 900_000_000_000_000)
    }

    private static func mandatory(_ name: String, in headers: HTTPFields) throws(PlatformRefusal) -> String {
        guard let value = self.value(name, in: headers) else { throw .missing(name) }
        return value
    }

    private static func value(_ name: String, in headers: HTTPFields) -> String? {
        guard let field = HTTPField.Name(name), let value = headers[field], !value.isEmpty else { return nil }
        return value
    }
}

/// Why a request is answered 400.
enum PlatformRefusal: Error, Hashable {
    case missing(String)
    case wrongType(String)
}
