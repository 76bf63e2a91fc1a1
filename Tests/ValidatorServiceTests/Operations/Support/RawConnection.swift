import Foundation
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// One HTTP exchange over a plain socket, so that a test sees exactly what is sent.
struct RawConnection {
    struct Answer: Sendable {
        var status: Int
        /// Lower-case names.
        var headers: [String: String]
        var body: String
    }

    struct Failure: Error {
        var call: String
    }

    /// Sends `request` to 127.0.0.1 and reads until the peer closes the connection.
    ///
    /// On a thread of its own: blocked threads of the concurrency pool would be missing to the server.
    static func exchange(port: Int, request: String) async throws -> Answer {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try self.blockingExchange(port: port, request: request) })
            }
        }
    }

    /// Sends bytes and an end of input, and gives what comes back until the peer closes the connection.
    static func answer(port: Int, to bytes: [UInt8]) async throws -> [UInt8] {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try self.blockingAnswer(port: port, to: bytes) })
            }
        }
    }

    private static func blockingExchange(port: Int, request: String) throws -> Answer {
        try self.parse(
            String(decoding: self.blockingAnswer(port: port, to: Array(request.utf8), isEnded: false), as: UTF8.self)
        )
    }

    private static func blockingAnswer(port: Int, to bytes: [UInt8], isEnded: Bool = true) throws -> [UInt8] {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(call: "socket") }
        defer { close(descriptor) }
        var timeout = timeval(tv_sec: 10, tv_usec: 0)
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
        guard connected == 0 else { throw Failure(call: "connect") }
        _ = bytes.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        if isEnded { shutdown(descriptor, Int32(SHUT_WR)) }
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            received += buffer.prefix(count)
        }
        return received
    }

    private static func parse(_ text: String) throws -> Answer {
        guard let end = text.range(of: "\r\n\r\n") else { throw Failure(call: "no answer: \(text.prefix(200))") }
        let lines = text[..<end.lowerBound].components(separatedBy: "\r\n")
        let status = lines[0].split(separator: " ").dropFirst().first.flatMap { Int($0) }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            headers[parts[0].lowercased()] = parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : ""
        }
        return Answer(status: status ?? 0, headers: headers, body: String(text[end.upperBound...]))
    }
}
