import AuditTrail
import HTTPListener
import Testing

@testable import AuditConsole

/// Beyond the loopback interface, only who has the token sees anything.
@Suite struct SignInTests {
    private static let token = "fake-console-token-0123456789abcdef"

    private static func post(_ port: Int, _ path: String, _ body: String, _ headers: [String] = []) async throws
        -> Client.Answer
    {
        try await Client.send(
            port,
            "POST",
            path,
            headers: ["Content-Type: application/x-www-form-urlencoded"] + headers,
            body: body
        )
    }

    /// A session's cookie, as a browser sends it back.
    private static func signIn(_ port: Int) async throws -> String {
        let answer = try await Self.post(port, "/login", "name=Kim&token=\(Self.token)")
        #expect(answer.status == 303 && answer.headers["location"] == "/")
        let cookie = try #require(answer.headers["set-cookie"])
        #expect(cookie.hasSuffix("; Path=/; Max-Age=28800; HttpOnly; SameSite=Strict"))
        return "Cookie: other=1; " + cookie.prefix { $0 != ";" }
    }

    @Test(arguments: [
        nil, "", "short", String(repeating: "a", count: 31), String(repeating: "a", count: 513),
        String(repeating: "é", count: 40),
    ])
    func noConsoleOpensToOthersWithoutAToken(_ token: String?) throws {
        let trail = try SampleTrail(decisions: 1)
        let reader = try TrailReader(path: trail.path)
        defer { reader.close() }
        let error = #expect(throws: ConsoleError.self) {
            try AuditConsoleServer(
                reader: reader,
                listen: ListenAddress(host: "0.0.0.0", port: 0),
                token: token,
                recorder: NoAccessRecorder(),
                logger: .silent
            )
        }
        #expect(error?.description.contains("AUDIT_CONSOLE_TOKEN") == true)
        #expect(token.map { $0.isEmpty || error?.description.contains($0) == false } ?? true)
    }

    @Test func whoIsNotSignedInSeesOnlyTheSignInPage() async throws {
        let trail = try SampleTrail(decisions: 3)
        let bench = ConsoleBench()
        try await bench.withConsole(trail, listen: "0.0.0.0", token: Self.token) { port async throws in
            for path in ["/api/entries", "/api/entries/1", "/api/checkpoint", "/api/series", "/api/none"] {
                #expect(try await Client.send(port, "GET", path).status == 401)
            }
            for path in ["/", "/app.js", "/search.js"] {
                let answer = try await Client.send(port, "GET", path)
                #expect(answer.status == 303 && answer.headers["location"] == "/login")
            }
            for path in ["/login", "/login.js", "/style.css", "/words.js", "/icon.svg"] {
                #expect(try await Client.send(port, "GET", path).status == 200)
            }
            for cookie in ["audit-session=", "audit-session=00", "audit-session=" + String(repeating: "0", count: 64)] {
                #expect(
                    try await Client.send(port, "GET", "/api/checkpoint", headers: ["Cookie: \(cookie)"]).status == 401
                )
            }
            #expect(bench.accesses.isEmpty)
        }
    }

    @Test func aSessionBeginsWithTheTokenAndEndsWithSigningOut() async throws {
        let trail = try SampleTrail(decisions: 3)
        let bench = ConsoleBench()
        try await bench.withConsole(trail, listen: "0.0.0.0", token: Self.token) { port async throws in
            let cookie = try await Self.signIn(port)
            #expect(try await Client.send(port, "GET", "/api/entries", headers: [cookie]).status == 200)
            #expect(try await Client.send(port, "GET", "/", headers: [cookie]).status == 200)
            #expect(bench.accesses.map(\.action) == [.signedIn, .searched])
            #expect(bench.accesses.allSatisfy { $0.who == "Kim from 127.0.0.1" })
            let out = try await Self.post(port, "/logout", "", [cookie])
            #expect(out.status == 303 && out.headers["set-cookie"]?.contains("Max-Age=0") == true)
            #expect(try await Client.send(port, "GET", "/api/entries", headers: [cookie]).status == 401)
        }
    }

    @Test func anotherSitesFormCannotSignAnybodyInOrOut() async throws {
        let trail = try SampleTrail(decisions: 3)
        try await ConsoleBench().withConsole(trail, listen: "0.0.0.0", token: Self.token) { port async throws in
            let cookie = try await Self.signIn(port)
            for foreign in ["Origin: http://evil.example", "Sec-Fetch-Site: cross-site"] {
                #expect(try await Self.post(port, "/login", "name=Kim&token=\(Self.token)", [foreign]).status == 403)
                #expect(try await Self.post(port, "/logout", "", [foreign, cookie]).status == 403)
            }
            #expect(try await Client.send(port, "GET", "/api/entries", headers: [cookie]).status == 200)
        }
    }

    @Test func wrongTokensAreCountedAndThenRefusedUnseen() async throws {
        let trail = try SampleTrail(decisions: 3)
        try await ConsoleBench().withConsole(trail, listen: "0.0.0.0", token: Self.token) { port async throws in
            for _ in 0..<AttemptLimiter.maximumFailures {
                let answer = try await Self.post(port, "/login", "name=Kim&token=\(Self.token)x")
                #expect(answer.status == 303 && answer.headers["location"] == "/login?sign-in-refused")
                #expect(answer.headers["set-cookie"] == nil)
            }
            let right = try await Self.post(port, "/login", "name=Kim&token=\(Self.token)")
            #expect(right.headers["location"] == "/login?too-many-attempts")
        }
    }

    @Test(arguments: [
        "", "name=Kim", "name=Kim&token=", "token=\(token)", "name=&token=\(token)", "name=a%0Ab&token=\(token)",
        "name=%E2%80%AEa&token=\(token)", "name=" + String(repeating: "a", count: 65) + "&token=\(token)",
        "name=%FF&token=\(token)", "name=a&name=b&token=\(token)", "name=a&token=\(token)&more=1",
    ])
    func aFormThatIsNotRightSignsNobodyIn(_ form: String) async throws {
        let trail = try SampleTrail(decisions: 3)
        let bench = ConsoleBench()
        try await bench.withConsole(trail, listen: "0.0.0.0", token: Self.token) { port async throws in
            let answer = try await Self.post(port, "/login", form)
            #expect([303, 400].contains(answer.status))
            #expect(answer.headers["set-cookie"] == nil && answer.headers["location"] != "/")
            #expect(!answer.body.contains(Self.token))
            #expect(bench.accesses.isEmpty)
            #expect(try await Self.post(port, "/login", String(repeating: "a", count: 9000)).status == 413)
        }
    }

    @Test func nobodySignsInWhoCannotBeRecorded() async throws {
        let trail = try SampleTrail(decisions: 3)
        let bench = ConsoleBench()
        bench.isFull = true
        try await bench.withConsole(trail, listen: "0.0.0.0", token: Self.token) { port async throws in
            let answer = try await Self.post(port, "/login", "name=Kim&token=\(Self.token)")
            #expect(answer.headers["location"] == "/login?unrecorded")
            #expect(answer.headers["set-cookie"] == nil)
        }
    }
}

/// The session table as a state machine.
@Suite struct SessionTableTests {
    private let start = ContinuousClock.now

    @Test func aSessionEndsWhenIdleOrOld() {
        var table = SessionTable()
        table.add(id: [1], who: "a", at: self.start)
        #expect(table.use(id: [1], at: self.start + .seconds(29 * 60)) == "a")
        #expect(table.use(id: [1], at: self.start + .seconds(58 * 60)) == "a")
        #expect(table.use(id: [1], at: self.start + .seconds(89 * 60)) == nil)
        table.add(id: [2], who: "b", at: self.start)
        for minutes in stride(from: 20, to: 480, by: 20) {
            #expect(table.use(id: [2], at: self.start + .seconds(minutes * 60)) == "b")
        }
        #expect(table.use(id: [2], at: self.start + .seconds(480 * 60)) == nil)
        #expect(table.count == 0)
    }

    @Test func moreSessionsPushOutTheOneUsedLongestAgo() {
        var table = SessionTable()
        for id in 0..<UInt8(SessionTable.maximumSessions) {
            table.add(id: [id], who: "\(id)", at: self.start + .seconds(Int(id)))
        }
        #expect(table.use(id: [0], at: self.start + .seconds(100)) == "0")
        table.add(id: [200], who: "new", at: self.start + .seconds(101))
        #expect(table.count == SessionTable.maximumSessions)
        #expect(table.use(id: [0], at: self.start + .seconds(102)) == "0")
        #expect(table.use(id: [1], at: self.start + .seconds(102)) == nil)
    }

    @Test func anAddressMayTryAgainAfterAWhile() {
        var limiter = AttemptLimiter()
        for _ in 0..<AttemptLimiter.maximumFailures {
            #expect(limiter.allows("a", at: self.start))
            limiter.failed("a", at: self.start)
        }
        #expect(!limiter.allows("a", at: self.start + .seconds(59)))
        #expect(limiter.allows("b", at: self.start))
        #expect(limiter.allows("a", at: self.start + .seconds(60)))
        limiter.succeeded("a")
        #expect(limiter.allows("a", at: self.start))
    }

    @Test func manyAddressesAreRememberedInBoundedMemory() {
        var limiter = AttemptLimiter()
        for address in 0..<3000 { limiter.failed("\(address)", at: self.start + .milliseconds(address)) }
        #expect(limiter.count == AttemptLimiter.maximumAddresses)
    }
}
