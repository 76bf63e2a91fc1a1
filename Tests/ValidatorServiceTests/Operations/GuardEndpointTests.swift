import Foundation
import Logging
import Testing

@testable import ValidatorService

@Suite(.serialized) struct GuardEndpointTests {
    private let bench = OperationsBench()
    private static let operators = ["X-Requested-By: mina"]

    private func send(
        _ port: Int,
        _ method: String,
        _ target: String,
        host: String? = "localhost",
        headers: [String] = Self.operators
    ) async throws -> RawConnection.Answer {
        try await OperationsBench.send(port, method, target, host: host, headers: headers)
    }

    @Test func guardsAreShownAsJSON() async throws {
        try await self.bench.withServer { port async throws in
            let answer = try await self.send(port, "GET", "/guard", headers: [])
            #expect(answer.status == 200)
            #expect(answer.headers["content-type"] == "application/json")
            #expect(answer.headers["cache-control"] == "no-store")
            let report = try JSONDecoder().decode(GuardReport.self, from: Data(answer.body.utf8))
            #expect(report == self.bench.guards.report)
            let head = try await self.send(port, "HEAD", "/guard", headers: [])
            #expect(head.status == 200 && head.body.isEmpty)
        }
        #expect(self.bench.guards.releases.isEmpty)
    }

    @Test(arguments: [
        ("kgAppId=900100", ["900100"], Optional("900100")), ("kgAppId=900200", [], "900200"),
        ("all=true", ["900100"], nil),
    ])
    func releaseAnswersWhatWasReleased(query: String, released: [String], asked: String?) async throws {
        try await self.bench.withServer { port async throws in
            let answer = try await self.send(port, "POST", "/guard/release?\(query)")
            #expect(answer.status == 200, "\(answer.body)")
            let release = try JSONDecoder().decode(GuardRelease.self, from: Data(answer.body.utf8))
            #expect(release.released == released)
        }
        #expect(self.bench.guards.releases == [asked])
    }

    @Test func releaseIsLoggedWithThePeerAndWhoAsked() async throws {
        let capture = try LogCapture()
        var bench = self.bench
        bench.logger = capture.jsonLogger(level: .notice)
        try await bench.withServer { port async throws in
            _ = try await self.send(port, "POST", "/guard/release?kgAppId=900100")
            _ = try await self.send(port, "POST", "/guard/release?kgAppId=900100", headers: [])
        }
        let lines = capture.lines
        let release = try #require(lines.first { $0.contains("An operator released mass-kick guards") })
        #expect(release.contains("127.0.0.1:") && release.contains("mina") && release.contains("900100"))
        let refusal = try #require(lines.first { $0.contains("was refused") })
        #expect(refusal.contains("127.0.0.1:") && refusal.contains("X-Requested-By"))
    }

    @Test(arguments: [
        ("", "kgAppId=ID or all=true"), ("?", "kgAppId=ID or all=true"), ("?kgAppId=", "1 to 32 digits"),
        ("?kgAppId=12a", "1 to 32 digits"), ("?kgAppId=%31", "1 to 32 digits"),
        ("?kgAppId=" + String(repeating: "9", count: 33), "1 to 32 digits"), ("?all=yes", "all must be true"),
        ("?all", "all must be true"), ("?kgAppId=900100&all=true", "only parameter"),
        ("?kgAppId=900100&kgAppId=900200", "only parameter"), ("?app=900100", "no other is known"),
        ("?kgAppId=900100&", "only parameter"),
    ])
    func queryThatIsNotClearReleasesNothing(query: String, rule: String) async throws {
        try await self.bench.withServer { port async throws in
            let answer = try await self.send(port, "POST", "/guard/release" + query)
            #expect(answer.status == 400)
            #expect(answer.body.contains(rule), "\(answer.body)")
        }
        #expect(self.bench.guards.releases.isEmpty)
    }

    @Test func appThatIsNotKnownIsNotFound() async throws {
        try await self.bench.withServer { port async throws in
            let answer = try await self.send(port, "POST", "/guard/release?kgAppId=900300")
            #expect(answer.status == 404)
            #expect(answer.body.contains("kgAppId must be an app that has had an event"))
        }
        #expect(self.bench.guards.releases.isEmpty)
    }

    @Test(arguments: [("GET", "/guard/release?all=true", "POST"), ("POST", "/guard", "GET, HEAD")])
    func otherMethodsAreNotAllowed(method: String, target: String, allowed: String) async throws {
        try await self.bench.withServer { port async throws in
            for method in [method, "OPTIONS", "PUT", "DELETE"] {
                let answer = try await self.send(port, method, target)
                #expect(answer.status == 405)
                #expect(answer.headers["allow"] == allowed)
                #expect(answer.headers.keys.allSatisfy { !$0.hasPrefix("access-control-") })
            }
        }
        #expect(self.bench.guards.releases.isEmpty)
    }

    @Test func releaseWithABodyIsRefused() async throws {
        try await self.bench.withServer { port async throws in
            let headers = Self.operators + ["Content-Length: 5", "Content-Type: text/plain"]
            #expect(try await self.send(port, "POST", "/guard/release?all=true", headers: headers).status == 413)
            let empty = Self.operators + ["Content-Length: 0"]
            #expect(try await self.send(port, "POST", "/guard/release?all=true", headers: empty).status == 200)
        }
        #expect(self.bench.guards.releases == [nil])
    }

    /// What a page in a browser on this machine can make it send.
    @Test(arguments: [
        ["Origin: https://evil.example"], ["Origin: null"], ["Sec-Fetch-Site: cross-site"], ["Sec-Fetch-Site: none"],
        ["Origin: http://localhost"],
    ])
    func browsersAreNotServed(headers: [String]) async throws {
        try await self.bench.withServer { port async throws in
            for (method, target) in [("POST", "/guard/release?all=true"), ("GET", "/guard")] {
                let answer = try await self.send(port, method, target, headers: headers + Self.operators)
                #expect(answer.status == 403)
                #expect(answer.headers.keys.allSatisfy { !$0.hasPrefix("access-control-") })
            }
        }
        #expect(self.bench.guards.releases.isEmpty)
    }

    @Test func releaseWithoutTheHeaderOfOperatorsIsRefused() async throws {
        try await self.bench.withServer { port async throws in
            for headers in [[], ["X-Requested-By: "], ["X-Requested-By: " + String(repeating: "x", count: 65)]] {
                let answer = try await self.send(port, "POST", "/guard/release?all=true", headers: headers)
                #expect(answer.status == 403)
                #expect(answer.body.contains("X-Requested-By"))
            }
        }
        #expect(self.bench.guards.releases.isEmpty)
    }

    @Test(arguments: ["evil.example", "evil.example:9464", "127.0.0.1.evil.example", "localhost.evil.example", "", nil])
    func foreignNameOfThisMachineIsRefused(host: String?) async throws {
        try await self.bench.withServer { port async throws in
            for (method, target) in [("POST", "/guard/release?all=true"), ("GET", "/guard")] {
                let answer = try await self.send(port, method, target, host: host)
                #expect([400, 421].contains(answer.status), "\(answer.status)")
            }
            let two = try await self.send(port, "GET", "/guard", headers: ["Host: evil.example"])
            #expect([400, 421].contains(two.status))
        }
        #expect(self.bench.guards.releases.isEmpty)
    }

    @Test(arguments: [
        "localhost", "LOCALHOST:9464", "127.0.0.1", "127.0.0.1:1", "127.8.8.8:9464", "[::1]", "[::1]:9464",
    ])
    func namesOfThisMachineAreServed(host: String) async throws {
        try await self.bench.withServer { port async throws in
            #expect(try await self.send(port, "GET", "/guard", host: host).status == 200)
        }
    }

    @Test func tokenThatIsSetIsNeeded() async throws {
        let token = "fake-operator-token"
        try await self.bench.withServer(token: Secret(token)) { port async throws in
            let wrong = ["", token, "Bearer", "Bearer ", "Bearer \(token)x", "Basic \(token)", "Bearer  \(token)"]
            for authorization in wrong {
                let headers = Self.operators + (authorization.isEmpty ? [] : ["Authorization: \(authorization)"])
                let answer = try await self.send(port, "POST", "/guard/release?all=true", headers: headers)
                #expect(answer.status == 401, "\(authorization)")
                #expect(answer.headers["www-authenticate"] == "Bearer")
                #expect(!answer.body.contains(token))
            }
            #expect(self.bench.guards.releases.isEmpty)
            for scheme in ["Bearer", "bearer"] {
                let headers = Self.operators + ["Authorization: \(scheme) \(token)"]
                #expect(try await self.send(port, "POST", "/guard/release?all=true", headers: headers).status == 200)
            }
            // Reading tells nothing that needs protection.
            #expect(try await self.send(port, "GET", "/guard", headers: []).status == 200)
        }
        #expect(self.bench.guards.releases == [nil, nil])
    }

    @Test func openEndpointReleasesOnlyWithAToken() async throws {
        try await self.bench.withServer(host: "0.0.0.0") { port async throws in
            let answer = try await self.send(port, "POST", "/guard/release?all=true")
            #expect(answer.status == 403)
            #expect(answer.body.contains("OPS_TOKEN must be set"))
            // It has names that we do not know.
            #expect(try await self.send(port, "GET", "/guard", host: "validator-0.game.example").status == 200)
        }
        #expect(self.bench.guards.releases.isEmpty)
        let token = "fake-operator-token"
        try await self.bench.withServer(host: "0.0.0.0", token: Secret(token)) { port async throws in
            let headers = Self.operators + ["Authorization: Bearer \(token)"]
            let answer = try await self.send(port, "POST", "/guard/release?all=true", host: "pod", headers: headers)
            #expect(answer.status == 200)
        }
        #expect(self.bench.guards.releases == [nil])
    }

    @Test func engineThatDoesNotRunOrAnswerIsUnavailable() async throws {
        self.bench.guards.report = nil
        try await self.bench.withServer { port async throws in
            for (method, target) in [("POST", "/guard/release?all=true"), ("GET", "/guard")] {
                let answer = try await self.send(port, method, target)
                #expect(answer.status == 503)
                #expect(answer.body.contains("the engine is not running"))
            }
        }
        try await self.bench.withServer(isAlive: { false }) { port async throws in
            let answer = try await self.send(port, "GET", "/guard")
            #expect(answer.status == 503)
            #expect(answer.body.contains("the engine does not answer"))
        }
        #expect(self.bench.guards.releases.isEmpty)
    }
}
