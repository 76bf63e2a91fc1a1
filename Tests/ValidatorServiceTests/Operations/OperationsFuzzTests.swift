import Foundation
import HostileInput
import Testing

@testable import ValidatorService

/// Raw bytes at the operations endpoint: it answers or hangs up, shows nothing of them, and goes on.
extension OperationsServerTests {
    static let marker = "SECRET-not-real"
    static let requests = Mutation(
        seeds: [
            "GET /livez HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
            "GET /metrics?name=\(marker) HTTP/1.1\r\nHost: h\r\nAccept: application/openmetrics-text;q=0.5\r\nConnection: close\r\n\r\n",
            "HEAD /readyz HTTP/1.0\r\nCookie: \(marker)\r\n\r\n",
            "POST /\(marker) HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello",
            "GET /%2e%2e/\(marker) HTTP/1.1\r\nHost: \(marker)\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        ].map { Array($0.utf8) },
        pieces: [
            "Content-Length: 99999999999999999999\r\n", "Transfer-Encoding: chunked, identity\r\n", "\r\n\r\n",
            "HTTP/2.0",
            "Expect: 100-continue\r\n", "X-\(marker): \(marker)\r\n", "%00", "Connection: close\r\n",
            "http://h/metrics",
        ]
    )

    @Test func hostileRequestsAreAnsweredOrDropped() async throws {
        let allowed = [200, 400, 404, 405, 408, 411, 413, 414, 417, 426, 431, 501, 503, 505]
        try await self.withServer { port async throws in
            for var round in FuzzRounds("operations", rounds: 300, limit: .seconds(4)) {
                let input = Self.requests.input(&round.random)
                let answer = try await RawConnection.answer(port: port, to: input)
                let text = String(decoding: answer, as: UTF8.self)
                let status = text.hasPrefix("HTTP/1.1 ") ? Int(text.dropFirst(9).prefix(3)) : nil
                #expect(
                    answer.isEmpty || status.map { allowed.contains($0) } ?? false,
                    "\(text); \(round.replay(input))"
                )
                #expect(!text.contains("SECRET"), "\(text); \(round.replay(input))")
            }
            #expect(try await self.send(port, "GET", "/livez").status == 200)
        }
    }
}
