import Foundation
import Testing

extension ServiceTests {
    /// In order per player, independent between players, and nothing lost by a stop.
    struct OrderingTests {
        @Test func hangingPlayerDelaysNobodyElseInTheSamePartition() async throws {
            let stack = try await Stack(partitions: 1)
            _ = try await stack.startService(["PLATFORM_TIMEOUT": "60s"])
            var lines = ["slow|" + event("hang_fake-token-slow", player: "slow")]
            for index in 0..<200 {
                lines.append("p\(index)|" + event("invalid_fake-token-\(index)", player: "p\(index)"))
            }
            try await stack.produce(lines: lines)
            try await stack.waitForDecisions(200, within: .seconds(30))
            let outcomes = try await stack.read(stack.names.outcomes)
            #expect(outcomes.count == 200)
            #expect(Set(outcomes.compactMap(\.key)) == Set((0..<200).map { "p\($0)" }))
            #expect(try await stack.count("SELECT count(*) FROM decisions WHERE player_id = 'slow'") == 0)
        }

        @Test(arguments: ServiceTests.brokers)
        func eventsOfOnePlayerStayInOrder(isReal: Bool) async throws {
            let stack = try await Stack(isReal: isReal)
            let service = try await stack.startService()
            // Later answers are faster, so any overtaking would show. Every third is a kick, to see the outcomes' order.
            var lines: [String] = []
            for index in 0..<45 {
                let behaviour = index % 3 == 0 ? "invalid" : "slow-\(45 - index)"
                let text = event("\(behaviour)_fake-token-\(index)", player: "solo", event: "e-\(index)")
                lines.append("solo|" + text)
            }
            try await stack.produce(lines: lines)
            try await stack.waitForDecisions(45)
            let rows = try await stack.decisions()
            #expect(rows.map(\.event_id) == (0..<45).map { "e-\($0)" })
            let outcomes = try await stack.read(stack.names.outcomes).map { try $0.document()["eventId"] as? String }
            #expect(outcomes == stride(from: 0, to: 45, by: 3).map { "e-\($0)" })
            #expect(try await service.terminate() == 0)
        }

        @Test func gracefulStopGivesBackWhatIsNotDecided() async throws {
            let stack = try await Stack(partitions: 1)
            let service = try await stack.startService(["SHUTDOWN_TIMEOUT": "1s", "PLATFORM_TIMEOUT": "60s"])
            try await stack.produce(lines: [
                "a|" + event("invalid_fake-token-a", player: "a"), "b|" + event("hang_fake-token-b", player: "b"),
            ])
            try await stack.waitForDecisions(1)
            try await eventually("the first call about b") {
                try await stack.requests(forToken: "hang_fake-token-b") == 1
            }
            #expect(try await service.terminate() == 0)
            #expect(try await stack.count("SELECT count(*) FROM decisions") == 1)
            // The event that hung is delivered again to the next service; the decided one is not decided again.
            _ = try await stack.startService(["PLATFORM_TIMEOUT": "60s"])
            try await eventually("the second call about b") {
                try await stack.requests(forToken: "hang_fake-token-b") == 2
            }
            #expect(try await stack.requests(forToken: "invalid_fake-token-a") == 1)
            #expect(try await stack.count("SELECT count(*) FROM decisions") == 1)
        }

        @Test(arguments: ServiceTests.brokers)
        func stopsUnderLoadLoseAndDoubleNothing(isReal: Bool) async throws {
            let stack = try await Stack(isReal: isReal, platformArguments: ["--median-latency", "10"])
            let count = 1200
            let lines = (0..<count).map { index in
                "p\(index % 300)|"
                    + event("invalid_fake-token-\(index)", player: "p\(index % 300)", event: "e-\(index)")
            }
            try await stack.produce(lines: lines)
            for round in 1...2 {
                let service = try await stack.startService()
                try await eventually("some decisions of round \(round)") {
                    (try? await stack.count("SELECT count(*) FROM decisions")) ?? 0 >= 100 * round
                }
                #expect(try await service.terminate() == 0)
                #expect(try await stack.count("SELECT count(*) FROM decisions WHERE delivery <> 'committed'") == 0)
            }
            let last = try await stack.startService()
            try await stack.waitForDecisions(count)
            let outcomes = try await stack.read(stack.names.outcomes)
            #expect(outcomes.count == count)
            #expect(Set(outcomes.map { $0.header("ce_id") }).count == count)
            #expect(Set(try outcomes.map { try $0.document()["eventId"] as? String }).count == count)
            let tokens = (0..<count).map { "invalid_fake-token-\($0)" }
            #expect(try await stack.requests(forTokens: tokens) == Array(repeating: 1, count: count))
            // A player's outcomes came in the order of the events, across the stops.
            let rows = try await stack.decisions()
            for player in 0..<300 {
                let events = rows.filter { $0.player_id == "p\(player)" }.map(\.event_id)
                #expect(events == stride(from: player, to: count, by: 300).map { "e-\($0)" })
            }
            #expect(try await last.terminate() == 0)
        }
    }
}
