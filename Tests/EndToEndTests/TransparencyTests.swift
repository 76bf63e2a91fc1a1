import Foundation
import Testing

extension ServiceTests {
    /// The trail proves itself: to `audit verify`, and to a program that shares nothing with this one.
    struct TransparencyTests {
        /// What an auditor has: the trail, and what was kept from Kafka while nobody thought of it.
        private struct Case {
            let stack: Stack
            let checkpoints: String
            let key: String

            func audit(_ arguments: [String], input: String? = nil) async throws -> Program.Completed {
                try await Program.run(["audit"] + arguments + ["--trail", self.stack.trail], input: input)
            }

            /// Runs the independent verifier, and says how it ended.
            func verifier(_ arguments: [String]) async throws -> (status: Int32, output: String) {
                try await TransparencyTests.verifier(arguments)
            }
        }

        static func verifier(
            _ arguments: [String],
            within limit: Duration = .seconds(60)
        ) async throws -> (status: Int32, output: String) {
            let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                .appendingPathComponent("../../ops/verify-trail.py").standardizedFileURL.path
            let process = try Running(path: script, arguments: arguments, environment: [:], input: nil)
            let status = try await process.waitForExit(within: limit)
            return (status, process.output + process.errors)
        }

        private static func makeCase(logins: Int = 300) async throws -> Case {
            let stack = try await Stack(platformArguments: ["--median-latency", "1", "--p99-latency", "5"])
            let service = try await stack.startService()
            let behaviours = ["ok", "invalid", "locked"]
            let lines = (0..<logins).map { place in
                let player = "p\(place % 50)"
                let token = "\(behaviours[place % 3])_fake-token-\(place)"
                return "\(player)|" + event(token, player: player, event: "e-\(place)")
            }
            try await stack.produce(lines: lines)
            try await stack.waitForDecisions(logins)
            #expect(try await service.terminate() == 0)
            let notes = try await stack.read(stack.names.checkpoints).compactMap(\.payload)
            #expect(!notes.isEmpty)
            let file = try stack.folder.write(notes.joined(separator: "\n"), to: "checkpoints.txt")
            let key = try await Program.run(["audit", "checkpoint", "--key", "--trail", stack.trail]).output
            return Case(stack: stack, checkpoints: file, key: key.trimmingCharacters(in: .newlines))
        }

        @Test func anUntouchedTrailIsVerifiedByBoth() async throws {
            let trail = try await Self.makeCase()
            let verified = try await trail.audit([
                "verify", "--checkpoint", trail.checkpoints, "--key", trail.key, "--format", "json",
            ])
            #expect(verified.status == 0, "\(verified.output)\(verified.errors)")
            let document = try #require(try verified.json() as? [String: Any])
            #expect(document["verified"] as? Bool == true)
            #expect(document["givenCheckpoints"] as? Int ?? 0 > 0)
            // The stop is signed too.
            #expect(document["coveredEntries"] as? Int == document["entries"] as? Int)

            let export = trail.stack.folder.file("export.ndjson")
            #expect(try await trail.audit(["export", "--output", export]).status == 0)
            let python = try await trail.verifier([
                "export", export, "--checkpoint", trail.checkpoints, "--key", trail.key,
            ])
            #expect(python.status == 0, "\(python.output)")
            try await self.proofs(trail)
            try await self.evidence(trail)
            try await self.copies(trail)
        }

        private func proofs(_ trail: Case) async throws {
            let entry = trail.stack.folder.file("entry.json")
            let proof = try await trail.audit(["prove", "--index", "7", "--entry", entry])
            #expect(proof.status == 0, "\(proof.errors)")
            let file = try trail.stack.folder.write(proof.output, to: "seven.tlog-proof")
            let python = try await trail.verifier(["proof", file, entry, "--key", trail.key])
            #expect(python.status == 0, "\(python.output)")
            let other = trail.stack.folder.file("other.json")
            _ = try await trail.audit(["prove", "--index", "8", "--entry", other])
            #expect(try await trail.verifier(["proof", file, other, "--key", trail.key]).status == 1)

            let notes = try await trail.stack.read(trail.stack.names.checkpoints).compactMap(\.payload)
            let oldest = try #require(notes.first)
            let size = try #require(oldest.split(separator: "\n").dropFirst().first.map(String.init))
            let older = try trail.stack.folder.write(oldest, to: "older.txt")
            let consistency = try await trail.audit(["prove", "--from-size", size])
            #expect(consistency.status == 0, "\(consistency.errors)")
            let document = try trail.stack.folder.write(consistency.output, to: "consistency.json")
            let checked = try await trail.verifier(["consistency", document, older, "--key", trail.key])
            #expect(checked.status == 0, "\(checked.output)")
            #expect(try await trail.audit(["prove", "--index", "999999"]).status == 1)
        }

        private func evidence(_ trail: Case) async throws {
            let file = trail.stack.folder.file("evidence.json")
            let made = try await trail.audit([
                "evidence", "--player", "p3", "--purpose", "a question", "--output", file,
            ])
            #expect(made.status == 0, "\(made.errors)")
            let python = try await trail.verifier(["evidence", file, "--key", trail.key])
            #expect(python.status == 0, "\(python.output)")
            let text = try String(contentsOfFile: file, encoding: .utf8)
            #expect(text.contains("\"e-3\"") && text.contains("a question"))
            let changed = try trail.stack.folder.write(
                text.replacing("tokenInvalid", with: "notAcceptable"),
                to: "changed.json"
            )
            #expect(try await trail.verifier(["evidence", changed, "--key", trail.key]).status == 1)
        }

        private func copies(_ trail: Case) async throws {
            let copy = trail.stack.folder.file("copy.db")
            #expect(try await trail.audit(["backup", copy]).status == 0)
            let verified = try await Program.run([
                "audit", "verify", "--trail", copy, "--checkpoint", trail.checkpoints, "--key", trail.key,
            ])
            #expect(verified.status == 0, "\(verified.output)\(verified.errors)")
            #expect(try await trail.audit(["backup", copy]).status == 1)
        }

        @Test func aChangedTrailIsNamedByBoth() async throws {
            let trail = try await Self.makeCase()
            _ = try await Tool.run(
                "sqlite3",
                [
                    trail.stack.trail,
                    "DROP TRIGGER entries_are_never_changed; UPDATE entries SET decision = 'stale' WHERE \"index\" = 7",
                ]
            )
            let verified = try await trail.audit(["verify", "--checkpoint", trail.checkpoints, "--key", trail.key])
            #expect(verified.status == 1)
            #expect(verified.output.contains("entry 7:"), "\(verified.output)")
            let export = trail.stack.folder.file("export.ndjson")
            _ = try await trail.audit(["export", "--output", export])
            let python = try await trail.verifier([
                "export", export, "--checkpoint", trail.checkpoints, "--key", trail.key,
            ])
            #expect(python.status == 1, "\(python.output)")
            #expect(try await trail.audit(["prove", "--index", "7"]).status == 1)
        }

        /// The key is still there, and Kafka still knows: the service does not sign another history.
        @Test func anOlderCopyInTheTrailsPlaceIsRefused() async throws {
            let trail = try await Self.makeCase()
            let stack = trail.stack
            let copy = stack.folder.file("copy.db")
            #expect(try await trail.audit(["backup", copy]).status == 0)
            let service = try await stack.startService()
            try await stack.produce(key: "p1", value: event("ok_fake-token-x", player: "p1", event: "later"))
            try await stack.waitForDecisions(301)
            #expect(try await service.terminate() == 0)
            for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: stack.trail + suffix) }
            try FileManager.default.copyItem(atPath: copy, toPath: stack.trail)
            let again = try stack.launchService()
            #expect(try await again.waitForExit(within: .seconds(60)) != 0)
            #expect(again.errors.contains("an older copy has taken its place"), "\(again.errors)")
        }

        @Test func theIndependentVerifierPassesItsOwnTests() async throws {
            let python = try await Self.verifier(["--self-test"], within: .seconds(180))
            #expect(python.status == 0, "\(python.output)")
        }
    }
}
