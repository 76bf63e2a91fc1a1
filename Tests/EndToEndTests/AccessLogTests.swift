import Foundation
import Testing

extension ServiceTests {
    /// Who looks at the trail stands in a log that the trail vouches for.
    struct AccessLogTests {
        private static func makeTrail() async throws -> (Stack, service: Running) {
            let stack = try await Stack()
            let service = try await stack.startService()
            for number in 0..<5 {
                let login = event("invalid_fake-token-\(number)", player: "p\(number)", event: "e-\(number)")
                try await stack.produce(key: "p\(number)", value: login)
            }
            try await stack.waitForDecisions(5)
            return (stack, service)
        }

        private static func audit(_ stack: Stack, _ arguments: [String]) async throws -> Program.Completed {
            try await Program.run(["audit"] + arguments + ["--trail", stack.trail])
        }

        @Test func everyCommandIsRecordedWithWhatWasAsked() async throws {
            let (stack, service) = try await Self.makeTrail()
            #expect(try await service.terminate() == 0)
            let export = stack.folder.file("export.ndjson")
            for arguments in [
                ["query", "--player", "p3", "--purpose", "case 7"], ["show", "--event", "e-3"], ["stats"],
                ["tail", "-n", "2"], ["export", "--output", export, "--decision", "kick"],
                ["query", "--player", "p3", "--explain"],
            ] {
                let run = try await Self.audit(stack, arguments)
                #expect(run.status == 0, "\(arguments): \(run.errors)")
            }
            let listed = try await Self.audit(stack, ["access-log", "--format", "json"])
            let accesses = try #require(try listed.json() as? [[String: Any]]).reversed()
            #expect(
                accesses.compactMap { $0["action"] as? String }.suffix(7)
                    == ["query", "show", "stats", "tail", "export", "export.finished", "query.explain"]
            )
            let query = try #require(accesses.first { $0["purpose"] as? String == "case 7" })
            #expect(query["question"] as? [String: String] == ["player": "p3"] && query["entries"] as? Int == 1)
            #expect((query["who"] as? String)?.hasSuffix("(\(getuid()))") == true)
            let finished = try #require(accesses.first { $0["action"] as? String == "export.finished" })
            #expect(finished["entries"] as? Int == 5)
            let about = try await Self.audit(stack, ["access-log", "--about", "p3", "--format", "ndjson"])
            #expect(about.output.split(separator: "\n").count == 2)
        }

        @Test func aChangedAccessLogIsFoundByVerify() async throws {
            let (stack, service) = try await Self.makeTrail()
            for _ in 0..<3 { #expect(try await Self.audit(stack, ["query", "--player", "p1"]).status == 0) }
            // The stop puts what was recorded into the trail.
            #expect(try await service.terminate() == 0)
            let untouched = try await Self.audit(stack, ["verify", "--format", "json"])
            #expect(untouched.status == 0, "\(untouched.output)")
            let log = try #require((try untouched.json() as? [String: Any])?["accessLog"] as? [String: Any])
            #expect(log["coveredEntries"] as? Int ?? 0 > 0)
            _ = try await Tool.run(
                "sqlite3",
                [
                    stack.trail + ".access",
                    """
                    DROP TRIGGER accesses_are_never_changed;
                    UPDATE accesses SET document = replace(document, 'p1', 'p2') WHERE document LIKE '%p1%'
                    """,
                ]
            )
            let changed = try await Self.audit(stack, ["verify"])
            #expect(changed.status == 1 && changed.output.contains("Access log: access"), "\(changed.output)")
            try FileManager.default.removeItem(atPath: stack.trail + ".access")
            let removed = try await Self.audit(stack, ["verify"])
            #expect(removed.status == 1 && removed.output.contains("is missing"), "\(removed.output)")
        }

        @Test func nothingIsShownThatCannotBeRecorded() async throws {
            let (stack, service) = try await Self.makeTrail()
            #expect(try await service.terminate() == 0)
            let nowhere = stack.folder.file("none/access.db")
            let arguments = ["audit", "query", "--player", "p1", "--trail", stack.trail]
            let unrecorded = try await Program.run(arguments, environment: ["AUDIT_ACCESS_LOG": nowhere])
            #expect(unrecorded.status == 1 && unrecorded.output.isEmpty)
            #expect(unrecorded.errors.contains("cannot be recorded"), "\(unrecorded.errors)")
            let off = try await Program.run(arguments, environment: ["AUDIT_ACCESS_LOG": "off"])
            #expect(off.status == 0 && off.output.contains("p1"))
        }

        @Test func aPurposeIsAskedForWhereItIsRequired() async throws {
            let (stack, service) = try await Self.makeTrail()
            #expect(try await service.terminate() == 0)
            func run(_ arguments: [String], _ rule: String) async throws -> Int32 {
                try await Program.run(
                    ["audit"] + arguments + ["--trail", stack.trail],
                    environment: ["AUDIT_REQUIRE_PURPOSE": rule]
                ).status
            }
            #expect(try await run(["query"], "exports") == 0)
            #expect(try await run(["query"], "always") == 2)
            #expect(try await run(["export"], "exports") == 2)
            #expect(try await run(["export", "--purpose", "a question"], "exports") == 0)
            #expect(try await run(["backup", stack.folder.file("copy.db")], "exports") == 2)
        }
    }
}
