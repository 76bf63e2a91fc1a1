/// Where the console listens.
package struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
    /// A name, an IPv4 address, or an IPv6 address without brackets.
    package var host: String
    /// 0 takes any free port.
    package var port: Int

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Whether only this machine can connect.
    package var isLoopback: Bool { Self.isLoopback(self.host) }

    /// As it stands in a URL.
    package var description: String { "\(self.host.contains(":") ? "[\(self.host)]" : self.host):\(self.port)" }

    /// Whether `Host` of a request names this machine by a name that only this machine's users give it.
    static func isLoopback(authority: String) -> Bool {
        var host = authority[...]
        if let colon = host.lastIndex(of: ":"), !host.hasSuffix("]") {
            let port = host[host.index(after: colon)...]
            guard (1...5).contains(port.utf8.count), port.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
                return false
            }
            host = host[..<colon]
        }
        if host.hasPrefix("["), host.hasSuffix("]") { return host.dropFirst().dropLast() == "::1" }
        return !host.contains(":") && Self.isLoopback(host.lowercased())
    }

    /// `localhost`, `::1`, or an address of 127.0.0.0/8; `127.0.0.1.example.com` only begins like one.
    private static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127"
            && parts.allSatisfy { part in
                (1...3).contains(part.utf8.count) && part.utf8.allSatisfy { (0x30...0x39).contains($0) }
                    && Int(part).map { $0 < 256 } ?? false
            }
    }
}
