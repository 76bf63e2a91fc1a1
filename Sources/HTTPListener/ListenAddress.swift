/// Where a server of this program listens.
package struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
    /// A name, an IPv4 address, or an IPv6 address without brackets.
    package var host: String
    /// 0 takes any free port.
    package var port: Int

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// `host:port` or `[IPv6 address]:port`; `nil` for everything else.
    package init?(setting text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Self.port(text[text.index(after: colon)...]) else {
            return nil
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            guard host.contains(":"), host.utf8.allSatisfy(Self.isAddressByte) else { return nil }
        } else {
            guard host.utf8.allSatisfy(Self.isNameByte) else { return nil }
        }
        guard (1...253).contains(host.utf8.count) else { return nil }
        self.init(host: String(host), port: port)
    }

    /// As it stands in a URL, and as it would be set.
    package var description: String { "\(self.host.contains(":") ? "[\(self.host)]" : self.host):\(self.port)" }

    /// Whether only this machine can connect: `localhost`, `::1`, or an address of 127.0.0.0/8. A name that only begins
    /// like one, such as `127.0.0.1.example.com`, is none.
    package var isLoopback: Bool {
        if self.host == "localhost" || self.host == "::1" { return true }
        let parts = self.host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { Self.number($0, through: 255) != nil }
    }

    /// Whether the `Host` of a request names this machine as only its own users can: a page from elsewhere has a name that
    /// was made to point here (DNS rebinding).
    package static func isLoopback(authority: String) -> Bool {
        if authority == "[::1]" { return true }
        let host = ListenAddress(setting: authority)?.host ?? (authority.contains(":") ? "" : authority)
        return ListenAddress(host: host.lowercased(), port: 0).isLoopback
    }

    private static func port(_ digits: Substring) -> Int? { Self.number(digits, through: 65_535) }

    private static func number(_ digits: Substring, through maximum: Int) -> Int? {
        guard (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(digits).flatMap { $0 <= maximum ? $0 : nil }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            || "-._".utf8.contains(byte)
    }

    private static func isAddressByte(_ byte: UInt8) -> Bool {
        self.isNameByte(byte) || byte == UInt8(ascii: ":") || byte == UInt8(ascii: "%")
    }
}
