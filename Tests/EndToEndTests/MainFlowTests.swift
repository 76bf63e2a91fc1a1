import Foundation
import Testing

extension ServiceTests {
    /// The whole job with the tools its users have: `kcat` produces and reads, `sqlite3` opens the trail.
    struct MainFlowTests {
        @Test(arguments: ServiceTests.brokers)
        func eventsOfKcatBecomeOutcomesAndRows(isReal: Bool) async throws {
            let stack = try await Stack(isReal: isReal)
            let service = try await stack.startService()
            let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
            try await stack.produce(key: "1001", value: event("ok_fake-token-1001", player: "1001"))
            try await stack.produce(
                key: "1002",
                value: event("invalid_fake-token-1002", player: "1002"),
                headers: ["traceparent=\(trace)", "tracestate=vendor=1"]
            )
            try await stack.produce(key: "1003", value: event("locked_fake-token-1003", player: "1003"))
            let broken = "{\"kgAppId\":\"900100\",\"accessToken\":7,\"platform\":\"pc\",\"hint\":\"fake-token-1004\"}"
            try await stack.produce(key: "1004", value: broken, headers: ["tenant=kr"])
            try await stack.waitForDecisions(4)

            let outcomes = try await stack.read(stack.names.outcomes)
            #expect(Set(outcomes.map(\.key)) == ["1002", "1003"])
            #expect(outcomes.count == 2)
            let rows = try await stack.rows("SELECT * FROM decisions ORDER BY \"index\"")
            #expect(rows.count == 4)
            let row = try #require(rows.first { $0["player_id"] as? String == "1002" })
            let kick = try #require(outcomes.first { $0.key == "1002" })
            try self.expectKick(kick, of: row, trace: trace, topic: stack.names.events)
            let lockout = try #require(outcomes.first { $0.key == "1003" })
            try self.expectLockout(lockout, of: try #require(rows.first { $0["decision"] as? String == "lockout" }))
            self.expectRow(row)
            let pass = try #require(rows.first { $0["player_id"] as? String == "1001" })
            #expect(pass["decision"] as? String == "pass")
            #expect(pass["http_status"] as? Int == 200)
            #expect(pass["delivery"] as? String == "committed")
            #expect(!pass.keys.contains("reason") || pass["reason"] is NSNull)
            let letters = try await stack.read(stack.names.deadLetters)
            #expect(letters.count == 1)
            self.expectDeadLetter(try #require(letters.first), of: broken, stack: stack)

            #expect(try await service.terminate() == 0)
            let kinds = try await stack.rows("SELECT kind FROM service_log ORDER BY \"index\"")
            #expect(kinds.map { $0["kind"] as? String } == ["started", "stopped"])
            let indexes = try await stack.rows("SELECT \"index\" FROM entries ORDER BY \"index\"")
            #expect(indexes.map { $0["index"] as? Int } == Array(0..<indexes.count))
            let deliveries = try await stack.rows("SELECT details FROM entries WHERE kind = 'delivery'")
            // Four decisions, the start and the stop, and what became of the decisions.
            #expect(!deliveries.isEmpty && indexes.count == 6 + deliveries.count)
            expectNoSecrets(stack, service)
        }

        /// Contract section 4.
        private func expectKick(
            _ kick: PublishedRecord,
            of row: [String: Any],
            trace: String,
            topic: String
        ) throws {
            #expect(kick.header("ce_type") == "login.kick.v1")
            #expect(kick.header("ce_specversion") == "1.0")
            #expect(kick.header("ce_source") == "/login-validator")
            #expect(kick.header("ce_id")?.isEmpty == false)
            #expect(kick.header("ce_subject") == "1002")
            #expect(kick.header("ce_partitionkey") == "1002")
            #expect(kick.header("content-type") == "application/json")
            #expect(kick.header("traceparent") == trace)
            #expect(kick.header("tracestate") == "vendor=1")
            let data = try kick.document()
            let texts = [
                "action": "kick", "decision": "kick", "reason": "tokenInvalid", "kgAppId": "900100",
                "playerId": "1002", "platform": "mobile", "sessionId": "s-1002", "serverId": "game-7",
                "eventId": "e-1002", "occurredAt": "2026-01-31T09:30:00.123Z",
                "message": "Token is invalid. (401.-29401)",
            ]
            for (field, text) in texts { #expect(data[field] as? String == text, "\(field)") }
            #expect(data["status"] as? Int == 401)
            #expect(data["code"] as? Int == -29401)
            #expect(data["auditIndex"] as? Int == row["index"] as? Int)
            #expect(data["decidedAt"] as? String == row["recorded_at"] as? String)
            #expect(kick.header("ce_time") == data["decidedAt"] as? String)
            let source = try #require(data["source"] as? [String: Any])
            #expect(source["topic"] as? String == topic)
            #expect(source["partition"] as? Int == row["partition"] as? Int)
            #expect(source["offset"] as? Int == row["offset"] as? Int)
            #expect(data["lockout"] == nil)
            #expect(data["redirectUri"] == nil)
        }

        private func expectLockout(_ lockout: PublishedRecord, of row: [String: Any]) throws {
            #expect(lockout.header("ce_type") == "login.lockout.v1")
            let data = try lockout.document()
            #expect(data["action"] as? String == "kick")
            #expect(data["decision"] as? String == "lockout")
            #expect(data["reason"] as? String == "lockedOut")
            #expect(data["status"] as? Int == 463)
            #expect(data["code"] as? Int == -10103)
            #expect(data["auditIndex"] as? Int == row["index"] as? Int)
            let redirect = try #require(data["redirectUri"] as? [String: Any])
            #expect((redirect["url"] as? String)?.hasPrefix("http") == true)
            #expect((redirect["target"] as? String)?.isEmpty == false)
            #expect((data["lockout"] as? [String: Any])?["certMethod"] as? String != nil)
            // The trail tells about the lockout, without the URL and its one-time token.
            let details = try #require(row["lockout"] as? String)
            #expect(details.contains("certMethod"))
            #expect(!details.contains("http"))
            if let url = redirect["url"] as? String { #expect(!details.contains(url)) }
        }

        /// Contract section 6.
        private func expectRow(_ row: [String: Any]) {
            let texts = [
                "decision": "kick", "reason": "tokenInvalid", "delivery": "committed", "kg_app_id": "900100",
                "session_id": "s-1002", "event_id": "e-1002", "platform": "mobile", "instance_id": "test",
                "policy_version": "guarded", "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
                "occurred_at": "2026-01-31T09:30:00.123Z", "message": "Token is invalid. (401.-29401)",
            ]
            for (column, text) in texts { #expect(row[column] as? String == text, "\(column)") }
            #expect(row["attempts"] as? Int == 1)
            #expect(row["api_code"] as? Int == -29401)
            #expect((row["platform_latency_ms"] as? Double ?? 0) > 0)
            #expect((row["cluster_id"] as? String)?.isEmpty == false)
            #expect((row["token_fingerprint"] as? String)?.count == 64)
            #expect((row["record_digest"] as? String)?.isEmpty == false)
        }

        /// Contract section 5.
        private func expectDeadLetter(_ letter: PublishedRecord, of value: String, stack: Stack) {
            #expect(letter.key == "1004")
            #expect(letter.payload == value)
            #expect(letter.header("tenant") == "kr")
            #expect(letter.header("login-validator.disposition") == "malformed")
            #expect(letter.header("kafka_dlt-exception-message")?.contains("accessToken") == true)
            #expect(letter.header("kafka_dlt-original-topic") == stack.names.events)
            #expect(letter.header("kafka_dlt-original-consumer-group") == stack.names.group)
            #expect(letter.header("__connect.errors.topic") == stack.names.events)
            #expect(
                letter.header("__connect.errors.exception.message") == letter.header("kafka_dlt-exception-message")
            )
            #expect(Int(letter.header("__connect.errors.offset") ?? "") != nil)
            #expect(Int(letter.header("__connect.errors.partition") ?? "") != nil)
        }

        @Test func recordedDecisionsAreNotDecidedAgain() async throws {
            // The second service has the trail of the first, and a group that begins at the start of the topic.
            let stack = try await Stack()
            let first = try await stack.startService()
            let tokens = (0..<20).map { "invalid_fake-token-\($0)" }
            try await stack.produce(lines: tokens.enumerated().map { "p\($0)|" + event($1, player: "p\($0)") })
            try await stack.waitForDecisions(20)
            #expect(try await first.terminate() == 0)
            let second = try await stack.startService(["KAFKA_GROUP_ID": stack.names.group + ".again"])
            // One behind them for each player, so that it is known when the second has been through all of them.
            let more = (0..<20).map { "p\($0)|" + event("ok_fake-token-\($0)", player: "p\($0)") }
            try await stack.produce(lines: more)
            try await stack.waitForDecisions(40)
            let outcomes = try await stack.read(stack.names.outcomes)
            #expect(Set(outcomes.map { $0.header("ce_id") }).count == 20)
            #expect(outcomes.count == 20, "Their trail says that they are published.")
            #expect(try await stack.count("SELECT count(*) FROM decisions") == 40)
            #expect(try await stack.requests(forTokens: tokens) == Array(repeating: 1, count: 20))
            #expect(try await second.terminate() == 0)
        }
    }
}
