import Foundation
import Testing

@testable import AuditConsole

/// What every answer says to a browser, and whom the console does not answer.
@Suite struct GateTests {
    private static let protection = [
        "content-security-policy":
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        "x-content-type-options": "nosniff", "referrer-policy": "same-origin", "x-frame-options": "DENY",
        "cross-origin-opener-policy": "same-origin", "cross-origin-resource-policy": "same-origin",
        "cache-control": "no-store",
    ]

    @Test(arguments: [
        "/", "/app.js", "/style.css", "/icon.svg", "/login", "/api/entries", "/api/entries?limit=0", "/none",
    ])
    func everyAnswerProtectsThePage(_ path: String) async throws {
        let trail = try SampleTrail(decisions: 3)
        try await ConsoleBench().withConsole(trail) { port async throws in
            let answer = try await Client.send(port, "GET", path)
            for (name, value) in Self.protection { #expect(answer.headers[name] == value, "\(name)") }
            #expect(answer.headers["access-control-allow-origin"] == nil)
            #expect(answer.headers["set-cookie"] == nil)
        }
    }

    /// The policy allows neither, and no file relies on them.
    @Test func noFileHasInlineScriptOrForeignResources() async throws {
        let trail = try SampleTrail(decisions: 1)
        try await ConsoleBench().withConsole(trail) { port async throws in
            for path in ["/", "/login"] {
                let page = try await Client.send(port, "GET", path).body
                #expect(!page.contains("://") && !page.contains("style=") && !page.contains("onclick"))
                #expect(page.components(separatedBy: "<script").count == 2)
            }
            for path in ["/app.js", "/search.js", "/story.js", "/dom.js", "/chart.js", "/statistics.js", "/trail.js"] {
                let script = try await Client.send(port, "GET", path).body
                for word in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"]
                {
                    #expect(!script.contains(word), "\(path): \(word)")
                }
            }
        }
    }

    @Test(arguments: [
        ("localhost", true), ("localhost:9465", true), ("LOCALHOST:1", true), ("127.0.0.1", true),
        ("127.9.9.9:80", true),
        ("[::1]", true), ("[::1]:9465", true), ("evil.example", false), ("127.0.0.1.evil.example", false),
        ("localhost.evil.example:9465", false), ("10.0.0.1", false), ("0.0.0.0", false), ("localhost:", false),
        ("localhost:x", false), ("127.0.0.256", false), ("[::2]", false), ("::1", false), ("", false), ("127.1", false),
    ])
    func hostMustNameThisMachine(_ host: String, _ isOurs: Bool) async throws {
        let trail = try SampleTrail(decisions: 1)
        try await ConsoleBench().withConsole(trail) { port async throws in
            let statuses: [Int] = isOurs ? [200] : [400, 421]
            #expect(statuses.contains(try await Client.send(port, "GET", "/api/checkpoint", host: host).status))
            #expect(statuses.contains(try await Client.send(port, "GET", "/", host: host).status))
        }
    }

    @Test func aRequestWithoutOrWithTwoHostsIsRefused() async throws {
        let trail = try SampleTrail(decisions: 1)
        try await ConsoleBench().withConsole(trail) { port async throws in
            #expect([400, 421].contains(try await Client.send(port, "GET", "/", host: nil).status))
            #expect(
                [400, 421].contains(try await Client.send(port, "GET", "/", headers: ["Host: evil.example"]).status)
            )
        }
    }

    @Test(arguments: [
        (["Sec-Fetch-Site: same-origin"], 200), (["Sec-Fetch-Site: none"], 200), (["Sec-Fetch-Site: cross-site"], 403),
        (["Sec-Fetch-Site: same-site"], 403), (["Origin: http://localhost"], 200), (["Origin: https://localhost"], 200),
        (["Origin: http://evil.example"], 403), (["Origin: null"], 403), (["Origin: http://localhost:8080"], 403),
    ])
    func otherSitesPagesGetNoAnswers(_ headers: [String], _ status: Int) async throws {
        let trail = try SampleTrail(decisions: 1)
        let bench = ConsoleBench()
        try await bench.withConsole(trail) { port async throws in
            let answer = try await Client.send(port, "GET", "/api/checkpoint", headers: headers)
            #expect(answer.status == status)
            #expect(bench.accesses.isEmpty == (status != 200))
        }
    }

    /// A link in a report leads to the page; what the page then asks is its own.
    @Test func aLinkFromAnotherSiteLeadsToThePage() async throws {
        let trail = try SampleTrail(decisions: 1)
        try await ConsoleBench().withConsole(trail) { port async throws in
            let headers = ["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate"]
            #expect(try await Client.send(port, "GET", "/", headers: headers).status == 200)
        }
    }
}
