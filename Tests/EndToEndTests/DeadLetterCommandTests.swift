import Foundation
import Testing

extension ServiceTests {
    /// `dead-letters list` and `replay` on what the service put aside.
    struct DeadLetterCommandTests {
        private static func run(_ stack: Stack, _ arguments: [String]) async throws -> Program.Completed {
            let run = try await Program.run(["dead-letters"] + arguments, environment: try stack.environment())
            #expect(!run.output.contains("fake-token") && !run.errors.contains("fake-token"))
            return run
        }

        @Test(arguments: ServiceTests.brokers)
        func deadLettersAreListedMaskedAndReplayedOnce(isReal: Bool) async throws {
            let stack = try await Stack(isReal: isReal)
            let service = try await stack.startService()
            let unknown = event("ok_fake-token-1", player: "p1").replacing("900100", with: "900999")
            try await stack.produce(lines: ["p1|" + unknown, "p2|{\"accessToken\":\"fake-token-2\",\"x\":1"])
            try await stack.produce(key: "p3", value: "login of fake-token-3")
            try await stack.waitForDecisions(3)

            let list = try await Self.run(stack, ["list", "--format", "ndjson"])
            #expect(list.status == 0, "\(list.errors)")
            let letters = try list.lines()
            #expect(letters.count == 3)
            let first = try #require(letters.first { $0["disposition"] as? String == "unknownApp" })
            #expect(first["kgAppId"] as? String == "900999" && first["playerId"] as? String == "p1")
            #expect(first["eventId"] as? String == "e-p1" && first["token"] as? String == "<redacted>")
            #expect(first["originalTopic"] as? String == stack.names.events)
            #expect((first["message"] as? String)?.contains("app without credentials") == true)
            #expect(
                letters.contains { ($0["excerpt"] as? String)?.hasPrefix("{\"accessToken\":\"<12 bytes>\"") == true }
            )
            for format in ["table", "json", "csv"] {
                let other = try await Self.run(stack, ["list", "--format", format, "--from", "1h"])
                #expect(other.status == 0 && other.output.contains("unknownApp"), "\(other.errors)")
            }

            // Without the service, so that what is replayed does not become new dead letters meanwhile.
            #expect(try await service.terminate() == 0)
            let dry = try await Self.run(stack, ["replay", "--disposition", "unknownApp", "--dry-run"])
            #expect(
                dry.status == 0 && dry.output.hasPrefix("Would be replayed to \(stack.names.events): 1\n  partition "),
                "\(dry.errors)"
            )
            try await self.replay(stack, ["--disposition", "unknownApp"], replayed: 1, skipped: 0)
            try await self.replay(stack, ["--disposition", "unknownApp"], replayed: 0, skipped: 1)
            try await self.replay(stack, ["--all"], replayed: 2, skipped: 1)
            try await self.replay(stack, ["--all", "--dry-run"], replayed: 0, skipped: 3)

            // The replayed events are judged anew, and are dead letters again: known as such, with their first id.
            let second = try await stack.startService()
            try await stack.waitForDecisions(6)
            let after = try await Self.run(stack, ["list", "--format", "ndjson"]).lines()
            #expect(after.count == 6)
            #expect(after.map { $0["failures"] as? Int }.sorted { ($0 ?? 0) < ($1 ?? 0) } == [1, 1, 1, 2, 2, 2])
            let old = after.filter { $0["failures"] as? Int == 1 }
            let new = after.filter { $0["failures"] as? Int == 2 }
            #expect(old.allSatisfy { $0["replayedAt"] != nil } && new.allSatisfy { $0["replayedAt"] == nil })
            #expect(new.allSatisfy { $0["replayedFrom"] != nil })
            #expect(
                Set(old.compactMap { $0["eventId"] as? String }) == Set(new.compactMap { $0["eventId"] as? String })
            )
            let rows = try await stack.decisions()
            #expect(Dictionary(grouping: rows, by: \.event_id).values.map(\.count) == [2, 2, 2])
            #expect(try await second.terminate() == 0)
            expectNoSecrets(stack, service)
            expectNoSecrets(stack, second)
        }

        private func replay(_ stack: Stack, _ arguments: [String], replayed: Int, skipped: Int) async throws {
            let run = try await Self.run(stack, ["replay", "--format", "json"] + arguments)
            #expect(run.status == 0, "\(run.errors)")
            let result = try #require(try run.json() as? [String: Any])
            func count(_ name: String) -> Int? { (result[name] as? [String: Any])?["count"] as? Int }
            #expect(count("replayed") == replayed)
            #expect(count("skipped") == skipped)
            #expect(count("failed") == 0)
        }

        @Test func mistakesAreUsageErrorsAndAMissingBrokerIsNamed() async throws {
            let environment = ["KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"]
            for arguments in [["replay"], ["replay", "--all", "--app", "1"], ["list", "--offsets", "x"]] {
                let run = try await Program.run(["dead-letters"] + arguments, environment: environment)
                #expect(run.status == 2 && run.output.isEmpty, "\(run.errors)")
            }
            let unset = try await Program.run(["dead-letters", "list"])
            #expect(unset.status == 2 && unset.errors.contains("KAFKA_BOOTSTRAP_SERVERS"))
            let gone = try await Program.run(["dead-letters", "list"], environment: environment)
            #expect(gone.status == 1 && gone.errors.contains("127.0.0.1:1 answered"), "\(gone.errors)")
        }
    }
}
