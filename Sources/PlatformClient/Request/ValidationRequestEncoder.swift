internal import LoginContracts
internal import NIOCore

/// Writes the bytes of a validation request (RFC 9112 section 3, contract of `POST /service/v5/auth/validation`).
///
/// Everything that is the same for all requests of a client is made once, the credentials bring their own lines ready,
/// and the remaining values are checked before a byte is written: so no value can end its line or begin another.
struct ValidationRequestEncoder: Sendable {
    /// The API's path below the base URL's.
    static let path = "/service/v5/auth/validation"

    private let start: [UInt8]
    private let platformLines: [[UInt8]]
    private let end: [UInt8]

    init(configuration: PlatformClientConfiguration) {
        self.start = Array(
            """
            POST \(configuration.baseURL.path)\(Self.path) HTTP/1.1\r
            Host: \(configuration.baseURL.authority)\r
            User-Agent: \(configuration.userAgent)\r
            Accept: application/json\r
            Content-Type: application/json;charset=UTF-8\r
            Content-Length: 0\r

            """.utf8
        )
        self.platformLines = Platform.allCases.map { Array("platform: \($0.rawValue)\r\naccessToken: ".utf8) }
        self.end = Array("\r\n\r\n".utf8)
    }

    /// What is wrong with a request, or `nil`: the field and the rule, never the value.
    func problem(of request: ValidationRequest, credentials: PlatformCredentials) -> String? {
        if request.kgAppId != credentials.kgAppId {
            return "kgAppId must be the one of the credentials"
        }
        if let playerId = request.playerId,
            !playerId.isVisibleASCII(maximumLength: ValidationRequest.maximumPlayerIdLength)
        {
            return "playerId must be 1 to \(ValidationRequest.maximumPlayerIdLength) visible ASCII characters"
        }
        return nil
    }

    /// Appends the whole request; it must have no ``problem(of:credentials:)``.
    func encode(_ request: ValidationRequest, credentials: PlatformCredentials, into buffer: inout ByteBuffer) {
        buffer.writeBytes(self.start)
        buffer.writeBytes(credentials.headerLines)
        buffer.writeBytes(self.platformLines[request.platform.index])
        buffer.writeString(request.accessToken.value)
        if let playerId = request.playerId {
            buffer.writeStaticString("\r\nplayerId: ")
            buffer.writeString(playerId)
        }
        buffer.writeBytes(self.end)
    }
}

extension Platform {
    /// The position in `allCases`.
    fileprivate var index: Int {
        switch self {
        case .web: 0
        case .launcher: 1
        case .mobile: 2
        case .pc: 3
        }
    }
}
