import Foundation
import Testing

extension ServiceTests {
    /// `audit reconcile` on what a service has left.
    struct ReconcileTests {
        private static func reconcile(_ stack: Stack, _ trails: [String]) async throws -> Program.Completed {
            let run = try await Program.run(
                ["audit", "reconcile", "--format", "json"] + trails,
                environment: try stack.environment()
            )
            #expect(!run.output.contains("fake-token") && !run.errors.contains("fake-token"))
            return run
        }

        private static func counts(_ run: Program.Completed) throws -> [String: Int] {
            let document = try #require(try run.json() as? [String: Any], "\(run.errors)")
            return try #require(document["counts"] as? [String: Int])
        }

        private static func produce(_ stack: Stack, _ players: Range<Int>) async throws {
            let behaviours = ["ok", "invalid", "locked"]
            let lines = players.map { place in
                "p\(place)|" + event("\(behaviours[place % 3])_fake-token-\(place)", player: "p\(place)")
            }
            try await stack.produce(lines: lines + ["x|{\"no\":\"login event\"}"])
        }

        @Test(arguments: ServiceTests.brokers)
        func trailAgreesWithKafkaUntilSomethingIsTamperedWith(isReal: Bool) async throws {
            let stack = try await Stack(isReal: isReal)
            let first = try await stack.startService()
            try await Self.produce(stack, 0..<30)
            try await stack.waitForDecisions(31)
            // Also while the service runs.
            #expect(try await Self.reconcile(stack, []).status == 0)
            let older = stack.folder.file("older.db")
            let backup = try await Program.run(["audit", "backup", older, "--trail", stack.trail])
            #expect(backup.status == 0, "\(backup.errors)")
            #expect(try await first.terminate() == 0)

            // Another instance takes over, with a trail of its own.
            let other = stack.folder.file("other.db")
            let second = try await stack.startService(["AUDIT_DATABASE": other, "INSTANCE_ID": "other"])
            try await Self.produce(stack, 30..<60)
            try await eventually("the other instance's decisions", within: .seconds(60)) {
                let rows = try? await stack.rows("SELECT * FROM decisions WHERE delivery = 'committed'", of: other)
                return rows?.count == 31
            }
            #expect(try await second.terminate() == 0)

            let both = try await Self.reconcile(stack, [stack.trail, "--database", other])
            #expect(both.status == 0, "\(both.output)\(both.errors)")
            let document = try #require(try both.json() as? [String: Any])
            #expect(document["agrees"] as? Bool == true)
            #expect(document["entries"] as? Int == 62)
            #expect(document["outcomes"] as? Int == 40)
            #expect(document["deadLetters"] as? Int == 2)

            let missing = try await Self.reconcile(stack, [stack.trail])
            #expect(missing.status == 1)
            #expect(try Self.counts(missing)["missingEntry"] == 31)
            #expect(try Self.counts(missing)["outcomeWithoutEntry"] == 20)
            #expect(try Self.counts(missing)["deadLetterWithoutEntry"] == 1)
            #expect(try (Self.counts(missing)["trailNotGiven"] ?? 0) > 0)

            let copy = try await Self.reconcile(stack, [older, stack.trail])
            #expect(copy.status == 1 && copy.errors.contains("copies of one trail"), "\(copy.errors)")
            try await self.tamper(stack, [stack.trail, other])
            try await self.mistakes(stack)
        }

        /// Whoever may write to the topic can kick; that no decision stands behind it is seen.
        private func tamper(_ stack: Stack, _ trails: [String]) async throws {
            let genuine = try #require(try await stack.read(stack.names.outcomes).first)
            let payload = try #require(genuine.payload)
            let headers = ["content-type", "ce_id", "ce_type"].flatMap { name in
                genuine.header(name).map { ["-H", "\(name)=\($0)"] } ?? []
            }
            let again = try stack.folder.write(payload.replacing("tokenInvalid", with: "sanctioned"), to: "again.json")
            let elsewhere = payload.replacing("\"offset\":", with: "\"offset\":7")
            let forged = try stack.folder.write(elsewhere, to: "forged.json")
            let junk = try stack.folder.write("everybody out", to: "junk")
            let producing = ["-b", stack.bootstrapServers, "-P", "-t", stack.names.outcomes]
            _ = try await Tool.run("kcat", producing + headers + [again])
            _ = try await Tool.run("kcat", producing + headers + [forged])
            _ = try await Tool.run("kcat", producing + [junk])
            let run = try await Self.reconcile(stack, trails)
            #expect(run.status == 1)
            let counts = try Self.counts(run)
            #expect(counts["foreignOutcome"] == 1 && counts["outcomeWithoutEntry"] == 1 && counts["doubleOutcome"] == 1)
            let table = try await Program.run(
                ["audit", "reconcile", "--limit", "1"] + trails,
                environment: try stack.environment()
            )
            #expect(table.status == 1)
            #expect(table.output.contains("DOES NOT AGREE") && table.output.contains("who may write to the topic"))
            let lines = try await Program.run(
                ["audit", "reconcile", "--format", "ndjson"] + trails,
                environment: try stack.environment()
            ).lines()
            #expect(lines.count == (counts.values.reduce(0, +)) + 1)
            #expect(lines.last?["agrees"] as? Bool == false)
            #expect(lines.dropLast().allSatisfy { $0["advice"] is String && $0["published"] is String })
        }

        /// Decisions that were recorded, sealed and not yet published go out with plain ids; exactly-once agrees to the
        /// record, and at-least-once differs only in what a crash has repeated.
        @Test(arguments: ServiceTests.brokers)
        func trailOfAServiceThatWasKilledAgrees(isReal: Bool) async throws {
            let stack = try await Stack(
                isReal: isReal,
                platformArguments: ["--median-latency", "5", "--p99-latency", "30"]
            )
            let lines = (0..<600).map { place in
                let player = "player-\(place)"
                let token = "\(place % 3 == 0 ? "ok" : "invalid")_fake-token-\(place)"
                return "\(player)|" + event(token, player: player, event: "e-\(place)")
            }
            try await stack.produce(lines: lines)
            for kill in 1...3 {
                let service = try stack.launchService(["AUDIT_PLAYER_KEYS": "on"])
                try await eventually("decisions to lose", within: .seconds(60), every: .milliseconds(2)) {
                    // While the schema is being made there is no table yet.
                    let count = try? await stack.count("SELECT count(*) FROM entries WHERE kind = 'validation'")
                    return (count ?? 0) >= kill * 100
                }
                try await service.crash()
            }
            let last = try await stack.startService(["AUDIT_PLAYER_KEYS": "on"])
            try await stack.waitForDecisions(600, within: .seconds(90))
            let outcomes = try await stack.read(stack.names.outcomes)
            #expect(Set(outcomes.compactMap(\.key)).count == 400)
            #expect(outcomes.allSatisfy { $0.key?.hasPrefix("player-") == true })
            #expect(outcomes.allSatisfy { $0.payload?.contains("erasable:") == false })
            let run = try await Self.reconcile(stack, [])
            let found = Set(try Self.counts(run).keys)
            #expect(found.isSubset(of: isReal ? [] : ["doubleOutcome"]), "\(run.output)")
            #expect(try await last.terminate() == 0)
            #expect(stack.trailFiles(holding: ["player-"]) == [])
        }

        private func mistakes(_ stack: Stack) async throws {
            for arguments in [["--limit", "0"], ["--format", "csv"], ["--format", "xml"]] {
                let run = try await Program.run(
                    ["audit", "reconcile"] + arguments,
                    environment: try stack.environment()
                )
                #expect(run.status == 2 && run.output.isEmpty, "\(arguments)")
            }
            let none = try await Self.reconcile(stack, [stack.folder.file("none.db")])
            #expect(none.status == 1 && none.errors.contains("none.db"))
            let unset = try await Program.run(["audit", "reconcile", stack.trail])
            #expect(unset.status == 2 && unset.errors.contains("KAFKA_BOOTSTRAP_SERVERS"))
        }
    }
}
