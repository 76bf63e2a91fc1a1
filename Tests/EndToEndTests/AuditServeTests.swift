import Foundation
import Testing

extension ServiceTests {
    /// `audit serve` over a trail that a run has made.
    struct AuditServeTests {
        @Test func auditServeShowsTheTrailUntilItIsStopped() async throws {
            let stack = try await Stack()
            let service = try await stack.startService()
            try await stack.produce(lines: ["p1|" + event("invalid_fake-token-1", player: "p1", event: "e-1")])
            try await stack.waitForDecisions(1)
            #expect(try await service.terminate() == 0)

            // Run from another folder than the one it was built in: its page is part of it.
            let folder = try TemporaryFolder()
            try FileManager.default.copyItem(atPath: Program.path, toPath: folder.file("copied"))
            let console = try Running(
                path: folder.file("copied"),
                arguments: ["audit", "serve", "--listen", "127.0.0.1:0", "--trail", stack.trail],
                environment: [:],
                input: nil
            )
            let url = try await console.firstLine()
            #expect(url.hasPrefix("http://127.0.0.1:") && url.hasSuffix("/"))
            #expect(try await Tool.run("curl", ["-sS", "--noproxy", "*", url]).contains("<html"))
            #expect(try await Tool.run("curl", ["-sS", "--noproxy", "*", url + "app.js"]).contains("import"))
            let found = try await Tool.run("curl", ["-sS", "--noproxy", "*", url + "api/entries?player=p1"])
            #expect(found.contains(#""eventId":"e-1""#))
            #expect(try await console.terminate() == 0)
        }

        @Test(arguments: [
            (["--listen", "0.0.0.0:0"], [:], "AUDIT_CONSOLE_TOKEN"),
            (["--listen", "nowhere"], [:], "--listen must be host:port"),
            ([], ["AUDIT_CONSOLE_TOKEN": "too-short"], "AUDIT_CONSOLE_TOKEN"),
            ([], ["AUDIT_CONSOLE_LISTEN": "nowhere"], "AUDIT_CONSOLE_LISTEN"),
        ])
        func auditServeRefusesWhatItCannotServe(
            _ arguments: [String],
            _ environment: [String: String],
            _ message: String
        ) async throws {
            let stack = try await Stack()
            let service = try await stack.startService()
            #expect(try await service.terminate() == 0)
            let console = try await Program.run(
                ["audit", "serve", "--trail", stack.trail] + arguments,
                environment: environment
            )
            #expect(console.status == 2)
            #expect(console.errors.contains(message))
            #expect(console.output.isEmpty)
        }
    }
}
