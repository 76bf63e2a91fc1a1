import Foundation
import Testing

/// The whole job with the tools its users have: `kcat` produces and reads, `sqlite3` opens the trail.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct MainFlowTests {
    static let brokers: [Bool] = Stack.realBroker == nil ? [false] : [false, true]

    static func event(_ token: String, player: String, extra: String = "") -> String {
        """
        {"kgAppId":"900100","accessToken":"\(token)","platform":"mobile","playerId":"\(player)","eventId":"e-\(player)",\
        "sessionId":"s-\(player)","serverId":"game-7","occurredAt":"2026-01-31T09:30:00.123Z"\(extra)}
        """
    }

    @Test(arguments: brokers)
    func eventsOfKcatBecomeOutcomesAndRows(isReal: Bool) async throws {
        let stack = try await Stack(isReal: isReal)
        let service = try await stack.startService()
        let trace = "traceparent=00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        try await stack.produce(key: "1001", value: Self.event("ok_fake-token-1001", player: "1001"))
        try await stack.produce(
            key: "1002",
            value: Self.event("invalid_fake-token-1002", player: "1002"),
            headers: [trace]
        )
        try await stack.produce(key: "1003", value: Self.event("locked_fake-token-1003", player: "1003"))
        try await stack.produce(key: "1004", value: "{\"kgAppId\":\"900100\",\"accessToken\":7,\"platform\":\"pc\"}")
        try await stack.waitForDecisions(4)

        let outcomes = try await stack.read(stack.names.outcomes)
        #expect(outcomes.count == 2)
        let kick = try #require(outcomes.first { $0.key == "1002" })
        #expect(kick.header("ce_type") == "login.kick.v1")
        #expect(kick.header("ce_specversion") == "1.0")
        #expect(kick.header("ce_subject") == "1002")
        #expect(kick.header("ce_partitionkey") == "1002")
        #expect(kick.header("content-type") == "application/json")
        #expect(kick.header("traceparent") == String(trace.dropFirst("traceparent=".count)))
        let data = try kick.document()
        #expect(data["action"] as? String == "kick")
        #expect(data["decision"] as? String == "kick")
        #expect(data["reason"] as? String == "tokenInvalid")
        #expect(data["status"] as? Int == 401)
        #expect(data["code"] as? Int == -29401)
        #expect(data["playerId"] as? String == "1002")
        #expect(data["sessionId"] as? String == "s-1002")
        #expect(data["serverId"] as? String == "game-7")
        #expect(data["eventId"] as? String == "e-1002")
        #expect(data["occurredAt"] as? String == "2026-01-31T09:30:00.123Z")
        #expect((data["source"] as? [String: Any])?["topic"] as? String == stack.names.events)
        #expect(kick.header("ce_time") == data["decidedAt"] as? String)

        let lockout = try #require(outcomes.first { $0.key == "1003" })
        #expect(lockout.header("ce_type") == "login.lockout.v1")
        let lockoutData = try lockout.document()
        #expect(lockoutData["action"] as? String == "kick")
        #expect((lockoutData["redirectUri"] as? [String: Any])?["url"] as? String != nil)
        #expect((lockoutData["lockout"] as? [String: Any])?["certMethod"] as? String != nil)

        let letters = try await stack.read(stack.names.deadLetters)
        #expect(letters.count == 1)
        #expect(letters.first?.header("login-validator.disposition") == "malformed")
        #expect(letters.first?.header("kafka_dlt-exception-message")?.contains("accessToken") == true)

        let rows = try await stack.rows("SELECT * FROM decisions ORDER BY \"index\"")
        #expect(rows.count == 4)
        let row = try #require(rows.first { $0["player_id"] as? String == "1002" })
        #expect(row["decision"] as? String == "kick")
        #expect(row["delivery"] as? String == "committed")
        #expect(row["index"] as? Int == data["auditIndex"] as? Int)
        #expect(row["recorded_at"] as? String == data["decidedAt"] as? String)
        #expect(row["trace_id"] as? String == "4bf92f3577b34da6a3ce929d0e0e4736")
        #expect(row["cluster_id"] as? String != nil)
        #expect((row["token_fingerprint"] as? String)?.count == 64)

        service.send(SIGTERM)
        #expect(try await service.waitForExit(within: .seconds(40)) == 0)
        let kinds = try await stack.rows("SELECT kind FROM service_log ORDER BY \"index\"")
        #expect(kinds.map { $0["kind"] as? String } == ["started", "stopped"])
        try Self.expectNoTokens(stack, service)
    }

    /// No byte of a token in the log or in the trail's files.
    static func expectNoTokens(_ stack: Stack, _ service: Running, _ needles: [String] = ["fake-token", "simulated-"])
        throws
    {
        for needle in needles {
            #expect(!service.errors.contains(needle))
            #expect(!service.output.contains(needle))
            for suffix in ["", "-wal"] {
                guard let bytes = FileManager.default.contents(atPath: stack.trail + suffix) else { continue }
                #expect(bytes.range(of: Data(needle.utf8)) == nil, "\(needle) is in audit.db\(suffix)")
            }
        }
    }

    @Test func aHangingPlayerDelaysNobodyElseInTheSamePartition() async throws {
        let stack = try await Stack(partitions: 1)
        let service = try await stack.startService(["PLATFORM_TIMEOUT": "20s"])
        var lines = ["slow|" + Self.event("hang_fake-token-slow", player: "slow")]
        for index in 0..<200 {
            lines.append("p\(index)|" + Self.event("invalid_fake-token-\(index)", player: "p\(index)"))
        }
        try await stack.produce(lines: lines)
        try await stack.waitForDecisions(200, within: .seconds(15))
        let outcomes = try await stack.read(stack.names.outcomes)
        #expect(Set(outcomes.compactMap(\.key)) == Set((0..<200).map { "p\($0)" }))
        #expect(try await stack.count("SELECT count(*) FROM decisions WHERE player_id = 'slow'") == 0)
        service.send(SIGKILL)
    }

    @Test func eventsOfOnePlayerStayInOrder() async throws {
        let stack = try await Stack(partitions: 2)
        let service = try await stack.startService()
        // Later answers are faster, so any overtaking would show.
        let lines = (0..<40).map { index in
            "solo|"
                + Self.event("slow-\(40 - index)_fake-token-\(index)", player: "solo")
                .replacingOccurrences(of: "\"e-solo\"", with: "\"e-\(index)\"")
        }
        try await stack.produce(lines: lines)
        try await stack.waitForDecisions(40)
        let rows = try await stack.rows("SELECT event_id FROM decisions ORDER BY \"index\"")
        #expect(rows.map { $0["event_id"] as? String } == (0..<40).map { "e-\($0)" })
        service.send(SIGTERM)
        #expect(try await service.waitForExit(within: .seconds(40)) == 0)
    }

    @Test func aGracefulStopGivesBackWhatIsNotDecided() async throws {
        let stack = try await Stack(partitions: 1)
        let service = try await stack.startService(["SHUTDOWN_TIMEOUT": "2s"])
        try await stack.produce(lines: [
            "a|" + Self.event("invalid_fake-token-a", player: "a"), "b|" + Self.event("hang_fake-token-b", player: "b"),
        ])
        try await stack.waitForDecisions(1)
        service.send(SIGTERM)
        #expect(try await service.waitForExit(within: .seconds(40)) == 0)
        #expect(try await stack.count("SELECT count(*) FROM decisions") == 1)
        // The event that hung is delivered again to the next service; the decided one is not decided again.
        let next = try await stack.startService(["PLATFORM_TIMEOUT": "1s"])
        _ = try await eventually("the second call about b") {
            try await stack.requests(forToken: "hang_fake-token-b") >= 2 ? true : nil
        }
        #expect(try await stack.requests(forToken: "invalid_fake-token-a") == 1)
        next.send(SIGKILL)
    }
}
