import Foundation
import Testing

extension ServiceTests {
    /// `audit` over a trail that a run has made.
    struct AuditCommandTests {
        /// Sixty logins: of each player p0 to p19 a pass, then a kick, then a lockout.
        private static func makeTrail() async throws -> Stack {
            let stack = try await Stack()
            let service = try await stack.startService()
            var lines: [String] = []
            for (round, behaviour) in ["ok", "invalid", "locked"].enumerated() {
                for player in 0..<20 {
                    let token = "\(behaviour)_fake-token-\(player)"
                    lines.append("p\(player)|" + event(token, player: "p\(player)", event: "e-\(player)-\(round)"))
                }
            }
            try await stack.produce(lines: lines)
            try await stack.waitForDecisions(60)
            #expect(try await service.terminate() == 0)
            return stack
        }

        private static func audit(
            _ stack: Stack,
            _ arguments: [String],
            input: String? = nil
        ) async throws -> Program.Completed {
            try await Program.run(["audit"] + arguments + ["--trail", stack.trail], input: input)
        }

        @Test func auditCommandsReadTheTrail() async throws {
            let stack = try await Self.makeTrail()
            try await self.filters(stack)
            try await self.token(stack)
            try await self.paging(stack)
            try await self.formats(stack)
            try await self.show(stack)
            try await self.tail(stack)
            try await self.stats(stack)
            try await self.mistakes(stack)
        }

        private func filters(_ stack: Stack) async throws {
            let filters: [(arguments: [String], count: Int)] = [
                ([], 60), (["--player", "p7"], 3), (["--player", "p7", "--decision", "kick"], 1),
                (["--decision", "kick", "--decision", "lockout"], 40), (["--reason", "tokenInvalid"], 20),
                (["--status", "463"], 20), (["--status", "200", "--status", "401"], 40), (["--app", "900100"], 60),
                (["--app", "900200"], 0), (["--session", "s-p3"], 3), (["--event", "e-3-2"], 1),
                (["--from", "1h"], 60), (["--to", "1h"], 0), (["--from", "2020-01-01", "--to", "2020-01-02"], 0),
                (["--topic", stack.names.events], 60), (["--topic", "other"], 0), (["--player", "nobody"], 0),
                (["--service"], 62),
            ]
            for filter in filters {
                let run = try await Self.audit(stack, ["query", "--format", "ndjson"] + filter.arguments)
                #expect(run.status == 0, "\(run.errors)")
                let indexes = try run.lines().compactMap { $0["index"] as? Int }
                #expect(indexes.count == filter.count, "\(filter.arguments)")
                #expect(indexes == indexes.sorted(by: >), "\(filter.arguments)")
            }
        }

        private func token(_ stack: Stack) async throws {
            let run = try await Self.audit(
                stack,
                ["query", "--token", "--format", "ndjson"],
                input: "invalid_fake-token-5\n"
            )
            #expect(run.status == 0, "\(run.errors)")
            #expect(try run.lines().map { $0["eventId"] as? String } == ["e-5-1"])
            let other = try await Self.audit(stack, ["query", "--token", "--format", "ndjson"], input: "other")
            #expect(other.status == 0)
            #expect(other.output.isEmpty)
        }

        private func paging(_ stack: Stack) async throws {
            let all = try await Self.audit(stack, ["query", "--decision", "kick", "--format", "ndjson"]).lines()
            var paged: [Int] = []
            var after: [String] = []
            for page in 0..<3 {
                let arguments = ["query", "--decision", "kick", "--format", "ndjson", "--limit", "8"] + after
                let run = try await Self.audit(stack, arguments)
                paged += try run.lines().compactMap { $0["index"] as? Int }
                #expect(run.errors.contains("--after") == (page < 2))
                guard let last = paged.last else { break }
                if page < 2 { #expect(run.errors.contains("--after \(last)")) }
                after = ["--after", "\(last)"]
            }
            #expect(paged == all.compactMap { $0["index"] as? Int })
            #expect(paged.count == 20)
        }

        private func formats(_ stack: Stack) async throws {
            let lines = try await Self.audit(stack, ["query", "--format", "ndjson"]).lines()
            let array = try #require(
                try await Self.audit(stack, ["query", "--format", "json"]).json() as? [[String: Any]]
            )
            #expect(array.count == 60)
            #expect(array.map { $0["eventId"] as? String } == lines.map { $0["eventId"] as? String })
            for entry in lines {
                #expect(entry["kgAppId"] as? String == "900100")
                #expect(entry["delivery"] as? String == "committed")
                #expect((entry["tokenFingerprint"] as? String)?.count == 64)
                #expect(entry["attempts"] as? Int == 1)
                #expect((entry["recordedAt"] as? String)?.hasSuffix("Z") == true)
            }
            let empty = try await Self.audit(stack, ["query", "--format", "json", "--player", "nobody"])
            #expect(try empty.json() as? [String] == [])
            let csv = try await Self.audit(stack, ["query", "--format", "csv"]).output
            let rows = csv.components(separatedBy: "\r\n").dropLast()
            #expect(rows.count == 61)
            let head = try #require(rows.first).components(separatedBy: ",")
            let index = try #require(head.firstIndex(of: "eventId"))
            #expect(
                rows.dropFirst().map { $0.components(separatedBy: ",")[index] }
                    == lines.map { $0["eventId"] as? String ?? "" }
            )
            let table = try await Self.audit(stack, ["query", "--limit", "5"])
            #expect(table.output.split(separator: "\n").count >= 6)
            #expect(table.output.contains("DECISION"))
        }

        private func show(_ stack: Stack) async throws {
            let entry = try #require(
                try await Self.audit(stack, ["show", "--event", "e-4-2", "--format", "ndjson"]).lines().first
            )
            #expect(entry["decision"] as? String == "lockout")
            #expect((entry["lockout"] as? [String: Any])?["certMethod"] as? String != nil)
            let index = try #require(entry["index"] as? Int)
            let byIndex = try await Self.audit(stack, ["show", "\(index)", "--format", "ndjson"]).lines()
            #expect(byIndex.first?["eventId"] as? String == "e-4-2")
            let partition = try #require(entry["partition"] as? Int)
            let offset = try #require(entry["offset"] as? Int)
            let place = "\(stack.names.events)/\(partition)/\(offset)"
            let byPlace = try await Self.audit(stack, ["show", "--record", place, "--format", "ndjson"]).lines()
            #expect(byPlace.map { $0["index"] as? Int } == [index])
            let table = try await Self.audit(stack, ["show", "\(index)"])
            #expect(table.output.contains("e-4-2"))
            #expect(table.output.contains("lockedOut"))
            let none = try await Self.audit(stack, ["show", "999999"])
            #expect(none.status == 1)
            #expect(none.errors.contains("no such entry"))
        }

        private func tail(_ stack: Stack) async throws {
            let lines = try await Self.audit(stack, ["tail", "-n", "5", "--format", "ndjson"]).lines()
            let indexes = lines.compactMap { $0["index"] as? Int }
            // Deliveries are entries too, and are not shown: the last is the stop.
            #expect(indexes.count == 5 && indexes == indexes.sorted())
            #expect(lines.last?["kind"] as? String == "stopped")
            // Followed while a service writes.
            let followed = try Program.start(["audit", "tail", "-f", "--format", "ndjson", "--trail", stack.trail])
            try await eventually("the entries there are") { followed.output.contains("\"stopped\"") }
            let service = try await stack.startService()
            try await stack.produce(key: "late", value: event("invalid_fake-token-late", player: "late"))
            try await eventually("the new entry") { followed.output.contains("\"e-late\"") }
            #expect(try await service.terminate() == 0)
            followed.end()
        }

        private func stats(_ stack: Stack) async throws {
            let document = try #require(
                try await Self.audit(stack, ["stats", "--format", "json"]).json() as? [String: Any]
            )
            let decisions = try #require(document["decisions"] as? [String: Int])
            #expect(decisions == ["pass": 20, "kick": 21, "lockout": 20])
            #expect((document["reasons"] as? [String: Int])?["lockedOut"] == 20)
            #expect(document["validations"] as? Int == 61)
            #expect((document["delivery"] as? [String: Int])?["committed"] == 61)
            let table = try await Self.audit(stack, ["stats", "--decision", "kick"])
            #expect(table.status == 0)
            #expect(table.output.contains("21 validations"))
        }

        private func mistakes(_ stack: Stack) async throws {
            for arguments in [
                ["query", "--decision", "maybe"], ["query", "--limit", "0"], ["query", "--from", "yesterday"],
                ["query", "--format", "xml"], ["show"], ["tail", "-n", "0"],
            ] {
                let run = try await Self.audit(stack, arguments)
                #expect(run.status == 2, "\(arguments)")
                #expect(run.output.isEmpty)
            }
            let missing = try await Program.run(["audit", "query", "--trail", stack.folder.file("none.db")])
            #expect(missing.status == 1)
            #expect(missing.errors.contains("none.db"))
            #expect(!FileManager.default.fileExists(atPath: stack.folder.file("none.db")))
        }
    }
}
