import Foundation
import Testing

extension ServiceTests {
    /// The trail of a running service rolls, and stays one trail for everybody who reads it.
    struct SegmentTests {
        @Test func aTrailThatRollsUnderLoadIsOneTrail() async throws {
            let stack = try await Stack(platformArguments: ["--median-latency", "1", "--p99-latency", "5"])
            let service = try await stack.startService(["AUDIT_SEGMENT_MAXIMUM_SIZE": "1MB"])
            let logins = 6000
            let lines = (0..<logins).map { place in
                let player = "p\(place % 50)"
                let token = "\(place % 10 == 0 ? "invalid" : "ok")_fake-token-\(place)"
                return "\(player)|" + event(token, player: player, event: "e-\(place)")
            }
            try await stack.produce(lines: lines)
            try await Self.wait(for: logins, stack)
            #expect(try await service.terminate() == 0)
            let names = try FileManager.default.contentsOfDirectory(atPath: stack.folder.path)
            #expect(names.contains { $0.hasSuffix(".segment") }, "\(names)")

            let verified = try await Self.audit(stack, ["verify", "--format", "json"])
            #expect(verified.status == 0, "\(verified.output)\(verified.errors)")
            let query = ["query", "--player", "p7", "--limit", "200", "--format", "json"]
            let found = try #require(try await Self.audit(stack, query).json() as? [[String: Any]])
            #expect(found.count == logins / 50)
            let proof = try await Self.audit(stack, ["prove", "--index", "5"])
            #expect(proof.status == 0, "\(proof.errors)")

            // The next run goes on in the same trail.
            let again = try await stack.startService(["AUDIT_SEGMENT_MAXIMUM_SIZE": "1MB"])
            try await stack.produce(key: "p1", value: event("ok_fake-token-x", player: "p1", event: "later"))
            try await Self.wait(for: logins + 1, stack)
            #expect(try await again.terminate() == 0)
        }

        /// The plain shell sees one file; this sees all of them.
        private static func wait(for decisions: Int, _ stack: Stack) async throws {
            try await eventually("\(decisions) delivered decisions", within: .seconds(90), every: .milliseconds(250)) {
                let statistics = try await Self.audit(stack, ["stats", "--format", "json"]).json() as? [String: Any]
                return (statistics?["delivery"] as? [String: Int])?["committed"] == decisions
            }
        }

        private static func audit(_ stack: Stack, _ arguments: [String]) async throws -> Program.Completed {
            try await Program.run(
                ["audit"] + arguments + ["--trail", stack.trail],
                environment: ["AUDIT_ACCESS_LOG": "off"],
                within: .seconds(120)
            )
        }
    }
}
