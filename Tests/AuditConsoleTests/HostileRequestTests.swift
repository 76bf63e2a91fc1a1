import AuditTrail
import Foundation
import HostileInput
import Testing

@testable import AuditConsole

/// Whatever is asked, nothing changes and nothing is shown that should not be.
@Suite struct HostileRequestTests {
    static let parameters: [(query: String, field: String)] = [
        ("limit=0", "limit"), ("limit=201", "limit"), ("limit=-1", "limit"), ("limit=1e2", "limit"),
        ("limit=99999999999999999999", "limit"), ("limit=%31%30%20", "limit"), ("limit=1&limit=2", "limit"),
        ("limit=%D9%A1", "limit"), ("limit=", "limit"), ("after=9223372036854775808", "after"), ("after=-5", "after"),
        ("after=0x10", "after"), ("offset=18446744073709551616", "offset"), ("partition=2147483648", "partition"),
        ("partition=-1", "partition"), ("status=99", "status"), ("status=1000", "status"), ("status=200;", "status"),
        ("decision=KICK", "decision"), ("decision=kick%00", "decision"), ("decision=kick'--", "decision"),
        ("reason=%3Cscript%3E", "reason"), ("kind=everything", "kind"), ("kind=", "kind"), ("player=", "player"),
        ("player=" + String(repeating: "a", count: 1025), "player"), ("player=a&player=b", "player"),
        ("fingerprint=abc", "fingerprint"), ("fingerprint=" + String(repeating: "g", count: 64), "fingerprint"),
        ("fingerprint=" + String(repeating: "%E0%A4%A0", count: 21) + "a", "fingerprint"),
        ("from=yesterday", "from"), ("from=2026-13-01T00:00:00Z", "from"), ("to=2026-01-31", "to"),
        ("to=1%20OR%201=1", "to"), ("from=99999-01-01T00:00:00Z", "from"),
        ("player=%", "query"), ("player=%4", "query"), ("player=%GG", "query"), ("player=%FF%FE", "query"),
        ("player=%C0%AF", "query"), ("player=%ED%A0%80", "query"), ("%FF=1", "query"), ("nonsense=1", "query"),
        ("Player=1", "query"), ("player[]=1", "query"), ("=1", "query"), ("&", "query"), ("__proto__=1", "query"),
        (String(repeating: "player=a&", count: 65), "query"),
    ]

    @Test(arguments: Self.parameters)
    func aBrokenParameterIsNamedWithItsRule(_ query: String, _ field: String) async throws {
        let trail = try SampleTrail(decisions: 3)
        let bench = ConsoleBench()
        try await bench.withConsole(trail) { port async throws in
            let answer = try await Client.send(port, "GET", "/api/entries?\(query)")
            #expect(answer.status == 400)
            #expect(answer.headers["content-type"] == "application/problem+json; charset=utf-8")
            let problem = try answer.json()
            #expect(problem["field"] as? String == field)
            #expect((problem["rule"] as? String)?.hasPrefix("must ") == true)
            #expect(problem["entries"] == nil)
            #expect(bench.accesses.isEmpty)
        }
    }

    static let injections = [
        "' OR '1'='1", "'; DROP TABLE entries; --", "\" OR 1=1 --", "%' UNION SELECT * FROM trail --", "player-7' --",
        "player-_", "player%", "*", "../../etc/passwd", "<script>alert(1)</script>", "\u{0}", "player-7\u{0}",
        "\u{FEFF}",
        "😀", "\r\nSet-Cookie: a=b", "null", "player-7 ",
    ]

    @Test(arguments: Self.injections)
    func aFilterIsAValueAndNothingElse(_ text: String) async throws {
        let trail = try SampleTrail(decisions: 60)
        let before = try Data(contentsOf: URL(fileURLWithPath: trail.path))
        try await ConsoleBench().withConsole(trail) { port async throws in
            let value = text.utf8.map { String(format: "%%%02x", $0) }.joined()
            for name in ["player", "app", "session", "event", "topic", "cluster"] {
                let answer = try await Client.send(port, "GET", "/api/entries?\(name)=\(value)")
                #expect(answer.status == 200)
                #expect(try (answer.json()["entries"] as? [Any])?.isEmpty == true)
            }
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: trail.path)) == before)
    }

    static let paths = [
        "/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd", "/api", "/api/", "/api/entries/",
        "/api/entries/-1",
        "/api/entries/1/2", "/api/entries/9223372036854775808", "/api/entries/1.5", "/api/entries/0x1",
        "/api/entries/%31", "/api/entries/99", "/api/../index.html", "/index.html", "/Pages/app.js", "/app.js/",
        "/app.js%00",
        "/.git/config", "/audit.db", "/api/evidence", "/login/", "/api/checkpoint/",
    ]

    @Test(arguments: Self.paths)
    func nothingIsAtAnyOtherAddress(_ path: String) async throws {
        let trail = try SampleTrail(decisions: 3)
        try await ConsoleBench().withConsole(trail) { port async throws in
            let answer = try await Client.send(port, "GET", path)
            #expect([404, 400].contains(answer.status), "\(answer.body)")
            #expect(!answer.body.contains("passwd") && !answer.body.contains("root:"))
        }
    }

    @Test(arguments: ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"])
    func nothingButReadingIsAllowed(_ method: String) async throws {
        let trail = try SampleTrail(decisions: 3)
        try await ConsoleBench().withConsole(trail) { port async throws in
            for path in ["/", "/api/entries", "/api/entries/1", "/app.js"] {
                let answer = try await Client.send(port, method, path)
                #expect(answer.status == 405)
                #expect(answer.headers["allow"] == "GET, HEAD")
            }
            #expect(try await Client.send(port, "HEAD", "/api/entries").status == 200)
            #expect(try await Client.send(port, "HEAD", "/").body.isEmpty)
        }
    }

    @Test func aBodyOrAnAddressThatIsTooLongIsRefused() async throws {
        let trail = try SampleTrail(decisions: 3)
        try await ConsoleBench().withConsole(trail) { port async throws in
            #expect(try await Client.send(port, "GET", "/", body: "x").status == 413)
            let target = "/?" + String(repeating: "a", count: 9000)
            #expect([400, 413, 414, 431].contains(try await Client.send(port, "GET", target).status))
            let headers = (0..<100).map { "X-\($0): a" }
            #expect([400, 431].contains(try await Client.send(port, "GET", "/", headers: headers).status))
        }
    }

    private static let marker = "MARKED"
    private static let requests = Mutation(
        seeds: [
            "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
            "GET /api/entries?player=\(marker)&decision=kick&from=2026-01-01T00:00:00Z&limit=10 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
            "GET /api/series?span=hour&from=2026-09-21T00:00:00Z&to=2026-09-22T00:00:00Z HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
            "GET /api/entries/8 HTTP/1.1\r\nHost: localhost:9465\r\nCookie: audit-session=\(marker)\r\nConnection: close\r\n\r\n",
            "POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 12\r\nConnection: close\r\n\r\ntoken=\(marker)",
            "HEAD /api/consistency?from=1&to=2 HTTP/1.0\r\nHost: localhost\r\n\r\n",
        ].map { Array($0.utf8) },
        pieces: [
            "Content-Length: 99999999999999999999\r\n", "Transfer-Encoding: chunked\r\n", "&after=", "%", "%00", "%FF",
            "limit=1000000&", "Host: evil.example\r\n", "Origin: null\r\n", "../", "' OR 1=1--", "http://localhost/",
        ]
    )

    @Test func hostileRequestsAreAnsweredOrDropped() async throws {
        let trail = try SampleTrail(decisions: 60)
        let before = try Data(contentsOf: URL(fileURLWithPath: trail.path))
        let allowed = [200, 303, 400, 403, 404, 405, 408, 411, 413, 414, 415, 417, 421, 426, 431, 501, 505]
        try await ConsoleBench().withConsole(trail) { port async throws in
            for var round in FuzzRounds("console", rounds: 400, limit: .seconds(5)) {
                let input = Self.requests.input(&round.random)
                let answer = try await Client.raw(port, input)
                let text = String(decoding: answer, as: UTF8.self)
                let status = text.hasPrefix("HTTP/1.1 ") ? Int(text.dropFirst(9).prefix(3)) : nil
                #expect(
                    answer.isEmpty || status.map { allowed.contains($0) } ?? false,
                    "\(text.prefix(500)); \(round.replay(input))"
                )
                #expect(!text.contains(Self.marker), "\(text.prefix(500)); \(round.replay(input))")
            }
            #expect(try await Client.send(port, "GET", "/").status == 200)
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: trail.path)) == before)
    }

    private static let queries = Mutation(
        seeds: EntriesQuestionTests.everyFilter.split(separator: "&").map { Array($0.utf8) }
            + [Array(EntriesQuestionTests.everyFilter.utf8)],
        pieces: ["&", "=", "%", "+", "%2B", "%u0041", "after=", "limit=", "2026-01-01T00:00:00Z", "\u{0}"]
    )

    @Test func anyQueryIsReadOrRefusedWithARule() {
        for var round in FuzzRounds("console-query", rounds: 20_000) {
            let text = String(decoding: Self.queries.input(&round.random), as: UTF8.self)
            switch Result(catching: { () throws(Problem) in try EntriesQuestion(text) }) {
            case .success(let question):
                #expect(EntriesQuestion.limits.contains(Int64(question.query.limit)), "\(round.replay(text))")
                #expect(question.query.maximumScan != nil, "\(round.replay(text))")
            case .failure(let problem):
                #expect(problem.kind == .invalidParameter && problem.field != nil, "\(round.replay(text))")
            }
        }
    }
}
