extension ServiceConfiguration.Operations.Address {
    /// `host:port` or `[IPv6 address]:port`.
    package init?(setting text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(digits: text[text.index(after: colon)...]),
            port <= 65_535
        else { return nil }
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

    /// Whether only this machine can connect.
    var isLoopback: Bool {
        self.host == "localhost" || self.host == "::1" || self.host.isLoopbackIPv4
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            || "-._".utf8.contains(byte)
    }

    private static func isAddressByte(_ byte: UInt8) -> Bool {
        self.isNameByte(byte) || byte == UInt8(ascii: ":") || byte == UInt8(ascii: "%")
    }
}

extension String {
    /// An address of 127.0.0.0/8; a name that only begins like one, such as `127.0.0.1.example.com`, is not.
    var isLoopbackIPv4: Bool {
        let parts = self.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { Int(digits: $0).map { $0 < 256 } ?? false }
    }
}
