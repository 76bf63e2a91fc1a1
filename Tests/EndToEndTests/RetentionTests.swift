import Foundation
import Testing

extension ServiceTests {
    /// A running service removes the oldest segments of its trail, and everything that was proven stays proven.
    struct RetentionTests {
        /// A trail of 30 days in some segments, its signer's key, and the checkpoints of that time.
        private static func makeTrail(_ stack: Stack) async throws -> (settings: [String: String], checkpoints: String)
        {
            let simulated = try await Program.run(
                ["simulate", "trail", stack.trail, "--entries", "20000", "--days", "30", "--segment-megabytes", "1"],
                within: .seconds(120)
            )
            #expect(simulated.status == 0, "\(simulated.errors)")
            let archive = stack.folder.file("archive")
            try FileManager.default.createDirectory(atPath: archive, withIntermediateDirectories: false)
            let notes = try await Self.audit(stack, ["checkpoint", "--all"])
            #expect(notes.status == 0, "\(notes.errors)")
            return (
                [
                    "AUDIT_SEGMENT_MAXIMUM_SIZE": "1GB", "AUDIT_RETENTION": "10d", "AUDIT_ARCHIVE": archive,
                    "AUDIT_CHECKPOINT_KEY": String(repeating: "5e", count: 32),
                ],
                try stack.folder.write(notes.output, to: "before.txt")
            )
        }

        private static func segments(in folder: String) throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".segment") }.sorted()
        }

        private static func audit(_ stack: Stack, _ arguments: [String]) async throws -> Program.Completed {
            try await Program.run(
                ["audit"] + arguments + ["--trail", stack.trail],
                environment: ["AUDIT_ACCESS_LOG": "off"],
                within: .seconds(120)
            )
        }

        @Test func oldSegmentsAreRemovedAndEverythingStaysProven() async throws {
            let stack = try await Stack(platformArguments: ["--median-latency", "1", "--p99-latency", "5"])
            let (settings, before) = try await Self.makeTrail(stack)
            let all = try Self.segments(in: stack.folder.path)
            #expect(all.count >= 5)
            let service = try await stack.startService(settings)
            let archive = try #require(settings["AUDIT_ARCHIVE"])
            // About two thirds are older than ten days; one is removed a second.
            let expected = all.count / 2
            try await eventually("\(expected) removed segments", within: .seconds(60), every: .milliseconds(200)) {
                try all.count - Self.segments(in: stack.folder.path).count >= expected
            }
            try await stack.produce(key: "p1", value: event("invalid_fake-token", player: "p1", event: "after"))
            try await eventually("the outcome", within: .seconds(60), every: .milliseconds(200)) {
                try await !stack.read(stack.names.outcomes).isEmpty
            }
            #expect(try await service.terminate() == 0)
            let left = try Self.segments(in: stack.folder.path)
            #expect(!left.isEmpty && left == Array(all.suffix(left.count)))
            // The stop may have come between a copy and the removal.
            let archived = try Self.segments(in: archive)
            #expect(archived.starts(with: all.dropLast(left.count)) && archived.count <= all.count - left.count + 1)

            let key = try await Self.audit(stack, ["checkpoint", "--key"]).output.trimmingCharacters(in: .newlines)
            let verified = try await Self.audit(
                stack,
                ["verify", "--checkpoint", before, "--key", key, "--format", "json"]
            )
            #expect(verified.status == 0, "\(verified.output)\(verified.errors)")
            let document = try #require(try verified.json() as? [String: Any])
            let removed = try #require(document["removedEntries"] as? Int)
            #expect(removed > 5000)
            #expect(document["givenCheckpoints"] as? Int ?? 0 >= all.count)
            #expect(document["uncomparedCheckpoints"] as? [Int] == [])
            try await self.proofs(stack, before: before, removed: removed, key: key)
            try await self.questions(stack, removed: removed)

            for name in archived where !left.contains(name) {
                try FileManager.default.copyItem(atPath: "\(archive)/\(name)", toPath: stack.folder.file(name))
            }
            let whole = try await Self.audit(stack, ["verify", "--checkpoint", before, "--format", "json"])
            #expect(whole.status == 0, "\(whole.output)")
            #expect((try whole.json() as? [String: Any])?["removedEntries"] as? Int == 0)
            #expect(try await Self.audit(stack, ["show", "5"]).status == 0)
        }

        /// By the program that shares nothing with this one.
        private func proofs(_ stack: Stack, before: String, removed: Int, key: String) async throws {
            let base = try await Self.audit(stack, ["prove", "--base"])
            #expect(base.status == 0, "\(base.errors)")
            let baseFile = try stack.folder.write(base.output, to: "base.json")
            let export = stack.folder.file("export.ndjson")
            let exported = try await Self.audit(stack, ["export", "--output", export])
            #expect(exported.status == 0)
            #expect(
                exported.errors.contains("The entries 0 to \(removed - 1) are not among them"),
                "\(exported.errors)"
            )
            let arguments = ["export", export, "--checkpoint", before, "--key", key]
            let python = try await TransparencyTests.verifier(arguments + ["--base", baseFile])
            #expect(python.status == 0, "\(python.output)")
            #expect(python.output.contains("NOT HERE: entries 0 to \(removed - 1)"), "\(python.output)")
            #expect(try await TransparencyTests.verifier(arguments).status == 1)

            // The oldest checkpoint of all is of entries that are gone.
            let notes = try String(contentsOfFile: before, encoding: .utf8).components(
                separatedBy: "\nlogin-validator/"
            )
            let oldest = try #require(notes.first)
            let size = try #require(oldest.split(separator: "\n").dropFirst().first.map(String.init))
            #expect(try #require(Int(size)) < removed)
            let older = try stack.folder.write(oldest + "\n", to: "oldest.txt")
            let consistency = try await Self.audit(stack, ["prove", "--from-size", size])
            #expect(consistency.status == 0, "\(consistency.errors)")
            let file = try stack.folder.write(consistency.output, to: "consistency.json")
            let checked = try await TransparencyTests.verifier(["consistency", file, older, "--key", key])
            #expect(checked.status == 0, "\(checked.output)")
        }

        private func questions(_ stack: Stack, removed: Int) async throws {
            let shown = try await Self.audit(stack, ["show", "5"])
            #expect(shown.status == 1)
            #expect(shown.errors.contains("was removed on"), "\(shown.errors)")
            #expect(shown.errors.contains("A copy was archived at"), "\(shown.errors)")
            #expect(try await Self.audit(stack, ["show", "\(removed)"]).status == 0)
            let query = try await Self.audit(stack, ["query", "--service", "--limit", "100", "--format", "json"])
            let entries = try #require(try query.json() as? [[String: Any]])
            #expect(entries.contains { $0["kind"] as? String == "segmentRemoved" })
            #expect(entries.allSatisfy { $0["index"] as? Int ?? 0 >= removed })
        }
    }
}
