/// Where the platform is: a scheme, a host, a port and perhaps a path before the API's own.
///
/// Only what the client can honour is accepted: user information, a query or a fragment is refused instead of being
/// dropped without a word.
public struct PlatformBaseURL: Hashable, Sendable, CustomStringConvertible {
    /// Whether the connection is encrypted.
    public enum Scheme: String, Hashable, Sendable {
        /// Not encrypted; for a simulated platform or a proxy on the same host.
        case http
        case https

        var defaultPort: Int { self == .https ? 443 : 80 }
    }

    /// The production platform.
    public static let production = PlatformBaseURL(
        scheme: .https,
        host: "kr-openapi-zinny3.game.kakao.com",
        port: 10443,
        path: ""
    )

    /// The longest accepted URL, in bytes.
    public static let maximumLength = 1024

    /// Encrypted or not.
    public let scheme: Scheme
    /// A host name or an IP address, an IPv6 address without its brackets.
    public let host: String
    /// 1 to 65535.
    public let port: Int
    /// Empty, or a path that begins with a slash and does not end in one.
    public let path: String

    private init(scheme: Scheme, host: String, port: Int, path: String) {
        self.scheme = scheme
        self.host = host
        self.port = port
        self.path = path
    }

    /// Parses `https://host[:port][/path]`.
    ///
    /// - Throws: ``PlatformConfigurationError`` that names the field `baseURL` and the rule it breaks.
    public init(_ text: String) throws(PlatformConfigurationError) {
        guard let rest = text.wholeMatchOfVisibleASCII(maximumLength: Self.maximumLength) else {
            throw Self.problem("must be 1 to \(Self.maximumLength) visible ASCII characters")
        }
        guard let colon = rest.firstRange(of: "://"),
            let scheme = Scheme(rawValue: rest[..<colon.lowerBound].lowercased())
        else { throw Self.problem("must begin with https:// or http://") }
        let afterScheme = rest[colon.upperBound...]
        guard !afterScheme.contains(where: { $0 == "@" || $0 == "?" || $0 == "#" || $0 == "\\" }) else {
            throw Self.problem("must not have user information, a query or a fragment")
        }
        let slash = afterScheme.firstIndex(of: "/") ?? afterScheme.endIndex
        let authority = try Authority(afterScheme[..<slash], defaultPort: scheme.defaultPort)
        var path = afterScheme[slash...]
        while path.last == "/" { path.removeLast() }
        guard Self.isPath(path) else { throw Self.problem("must have a path of unreserved characters and slashes") }
        self.init(scheme: scheme, host: authority.host, port: authority.port, path: String(path))
    }

    /// The URL in its canonical form: lower case, without a default port or a trailing slash.
    public var description: String { "\(self.scheme.rawValue)://\(self.authority)\(self.path)" }

    /// The value of the `Host` field: the port only where it is not the scheme's own (RFC 9110 section 7.2).
    var authority: String {
        let host = self.host.contains(":") ? "[\(self.host)]" : self.host
        return self.port == self.scheme.defaultPort ? host : "\(host):\(self.port)"
    }

    static func problem(_ rule: String) -> PlatformConfigurationError {
        PlatformConfigurationError(problems: [.init(field: "baseURL", rule: rule)])
    }

    private static func isPath(_ path: Substring) -> Bool {
        path.utf8.allSatisfy { byte in
            byte.isASCIILetterOrDigit || "-._~/%!$&'()*+,;=:".utf8.contains(byte)
        }
    }
}

/// The host and port between the scheme and the path of a URL.
private struct Authority {
    var host: String
    var port: Int

    init(_ text: Substring, defaultPort: Int) throws(PlatformConfigurationError) {
        var rest = text
        if rest.first == "[" {
            guard let end = rest.firstIndex(of: "]") else { throw PlatformBaseURL.problem("must close its bracket") }
            self.host = String(rest[rest.index(after: rest.startIndex)..<end])
            guard self.host.utf8.allSatisfy({ $0.isASCIIHexDigit || $0 == 0x3A || $0 == 0x2E }), self.host.contains(":")
            else { throw PlatformBaseURL.problem("must have an IPv6 address between its brackets") }
            rest = rest[rest.index(after: end)...]
        } else {
            let colon = rest.firstIndex(of: ":") ?? rest.endIndex
            self.host = rest[..<colon].lowercased()
            guard (1...253).contains(self.host.utf8.count),
                self.host.utf8.allSatisfy({ $0.isASCIILetterOrDigit || $0 == 0x2D || $0 == 0x2E || $0 == 0x5F })
            else { throw PlatformBaseURL.problem("must have a host of letters, digits, dots and hyphens") }
            rest = rest[colon...]
        }
        guard !rest.isEmpty else {
            self.port = defaultPort
            return
        }
        let digits = rest.dropFirst()
        guard rest.first == ":", (1...5).contains(digits.utf8.count),
            digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = Int(digits), (1...65_535).contains(port)
        else { throw PlatformBaseURL.problem("must have a port from 1 to 65535") }
        self.port = port
    }
}

extension String {
    fileprivate func wholeMatchOfVisibleASCII(maximumLength: Int) -> Substring? {
        let bytes = self.utf8
        guard (1...maximumLength).contains(bytes.count), bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            return nil
        }
        return self[...]
    }
}

extension UInt8 {
    var isASCIILetterOrDigit: Bool {
        (0x30...0x39).contains(self) || (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self)
    }

    var isASCIIHexDigit: Bool {
        (0x30...0x39).contains(self) || (0x41...0x46).contains(self) || (0x61...0x66).contains(self)
    }
}
