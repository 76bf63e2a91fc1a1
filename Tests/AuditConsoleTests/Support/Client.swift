import Foundation

/// One HTTP exchange with this machine over a plain socket, so that a test sees exactly what is sent.
enum Client {
    struct Answer: Sendable {
        var status: Int
        /// Lower-case names.
        var headers: [String: String]
        var body: String

        func json() throws -> [String: Any] {
            try JSONSerialization.jsonObject(with: Data(self.body.utf8)) as? [String: Any] ?? [:]
        }
    }

    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    /// Sends a request and reads its answer; the connection is closed after it.
    ///
    /// - Parameter limit: How long to wait for a further part of the answer.
    static func send(
        _ port: Int,
        _ method: String,
        _ target: String,
        host: String? = "localhost",
        headers: [String] = [],
        body: String? = nil,
        limit: Duration = .seconds(30)
    ) async throws -> Answer {
        var lines = ["\(method) \(target) HTTP/1.1"]
        if let host { lines.append("Host: \(host)") }
        lines += ["Connection: close"] + headers
        if let body { lines.append("Content-Length: \(body.utf8.count)") }
        let request = Array((lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? "")).utf8)
        return try self.parse(try await self.exchange(port, request, limit: limit))
    }

    /// Sends bytes and an end of input, and gives what comes back until the peer closes the connection.
    static func raw(_ port: Int, _ bytes: [UInt8]) async throws -> [UInt8] {
        try await self.exchange(port, bytes, isEnded: true, limit: .seconds(10))
    }

    /// On a thread of its own: blocked threads of the concurrency pool would be missing to the server.
    private static func exchange(
        _ port: Int,
        _ bytes: [UInt8],
        isEnded: Bool = false,
        limit: Duration
    ) async throws -> [UInt8] {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(
                    with: Result { try self.blockingExchange(port, bytes, isEnded: isEnded, limit: limit) }
                )
            }
        }
    }

    private static func blockingExchange(
        _ port: Int,
        _ bytes: [UInt8],
        isEnded: Bool,
        limit: Duration
    ) throws -> [UInt8] {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(description: "socket") }
        defer { close(descriptor) }
        var timeout = timeval(tv_sec: Int(limit.components.seconds), tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { throw Failure(description: "nobody listens on port \(port)") }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            // A server that hangs up in the middle has an answer all the same.
            guard count > 0 else { break }
            rest = rest.dropFirst(count)
        }
        if isEnded { shutdown(descriptor, Int32(SHUT_WR)) }
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while isEnded || !self.isComplete(received) {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            received += buffer.prefix(count)
        }
        return received
    }

    /// Whether all of a body with a length is there; some servers keep the connection open.
    private static func isComplete(_ bytes: [UInt8]) -> Bool {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return false }
        let head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).lowercased()
        guard let line = head.components(separatedBy: "\r\n").first(where: { $0.hasPrefix("content-length:") }),
            let length = Int(line.dropFirst("content-length:".count).trimmingCharacters(in: .whitespaces))
        else { return false }
        return bytes.count - end.upperBound >= length
    }

    private static func parse(_ bytes: [UInt8]) throws -> Answer {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else {
            throw Failure(description: "no answer: \(String(decoding: bytes.prefix(200), as: UTF8.self))")
        }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        let status = lines[0].split(separator: " ").dropFirst().first.flatMap { Int($0) }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            headers[parts[0].lowercased()] = parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : ""
        }
        return Answer(
            status: status ?? 0,
            headers: headers,
            body: String(decoding: bytes[end.upperBound...], as: UTF8.self)
        )
    }
}
