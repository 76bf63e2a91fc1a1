import Foundation
import Testing

@testable import AuditConsole

/// Searching, over a real trail and a real socket.
@Suite struct EntriesTests {
    private static func indices(_ port: Int, _ query: String) async throws -> [Int] {
        let answer = try await Client.send(port, "GET", "/api/entries?\(query)")
        #expect(answer.status == 200, "\(query): \(answer.body)")
        let entries = try answer.json()["entries"] as? [[String: Any]] ?? []
        return entries.compactMap { $0["index"] as? Int }
    }

    @Test func filtersFindWhatTheyName() async throws {
        let trail = try SampleTrail(decisions: 120)
        // Entry 0 is the service's start; decision n is entry n + 1; 121 is the delivery.
        try await ConsoleBench().withConsole(trail) { port async throws in
            #expect(try await Self.indices(port, "limit=3") == [120, 119, 118])
            #expect(try await Self.indices(port, "limit=2&after=119") == [118, 117])
            #expect(try await Self.indices(port, "player=player-7") == [108, 58, 8])
            #expect(try await Self.indices(port, "player=player-7&decision=kick&decision=lockout") == [8])
            #expect(try await Self.indices(port, "reason=lockedOut") == [106, 50])
            #expect(try await Self.indices(port, "status=462&status=464") == [99, 92, 43, 36])
            #expect(try await Self.indices(port, "session=session-3") == [4])
            #expect(try await Self.indices(port, "event=event-99&app=900100") == [100])
            #expect(try await Self.indices(port, "event=event-99&app=900200") == [])
            #expect(try await Self.indices(port, "topic=login.events&partition=2&offset=5&cluster=cluster-a") == [23])
            #expect(try await Self.indices(port, "kind=service") == [0])
            #expect(try await Self.indices(port, "kind=delivery") == [121])
            #expect(
                try await Self.indices(port, "from=2026-09-21T14:13:25Z&to=2026-09-21T14:13:28.000Z") == [8, 7, 6]
            )
            let fingerprint = (0..<32).map { UInt8(truncatingIfNeeded: 9 * 31 + $0) }.map { String(format: "%02x", $0) }
            #expect(try await Self.indices(port, "fingerprint=\(fingerprint.joined())") == [10])
        }
    }

    @Test func pagesShowEveryEntryOnceAndInOrder() async throws {
        let trail = try SampleTrail(decisions: 130)
        try await ConsoleBench().withConsole(trail) { port async throws in
            var seen: [Int] = []
            var after = ""
            repeat {
                let answer = try await Client.send(port, "GET", "/api/entries?limit=50&kind=validation\(after)").json()
                seen += (answer["entries"] as? [[String: Any]] ?? []).compactMap { $0["index"] as? Int }
                after = (answer["nextAfter"] as? Int).map { "&after=\($0)" } ?? ""
            } while !after.isEmpty
            #expect(seen == Array((1...130).reversed()))
        }
    }

    @Test func everyAccessIsRecordedBeforeItIsAnswered() async throws {
        let trail = try SampleTrail(decisions: 30)
        let bench = ConsoleBench()
        try await bench.withConsole(trail) { port async throws in
            _ = try await Client.send(port, "GET", "/api/entries?player=player-7&decision=kick&decision=pass")
            _ = try await Client.send(port, "GET", "/api/entries/8")
            _ = try await Client.send(port, "GET", "/api/series?from=2026-09-21T00:00:00Z&to=2026-09-22T00:00:00Z")
            _ = try await Client.send(port, "GET", "/api/checkpoint")
            _ = try await Client.send(port, "GET", "/api/entries?limit=0")
            #expect(bench.accesses.map(\.action) == [.searched, .opened, .counted, .viewedCheckpoint])
            #expect(bench.accesses[0].question == ["player": "player-7", "decision": "kick,pass"])
            #expect(bench.accesses[0].entries == 1)
            #expect(bench.accesses[1].question == ["index": "8"])
            #expect(bench.accesses.allSatisfy { $0.who == "127.0.0.1" })
        }
    }

    @Test(arguments: ["entries", "entries/8", "series", "checkpoint", "consistency?from=1&to=2"])
    func nothingIsShownThatCannotBeRecorded(_ path: String) async throws {
        let trail = try SampleTrail(decisions: 30)
        let bench = ConsoleBench()
        bench.isFull = true
        try await bench.withConsole(trail) { port async throws in
            let answer = try await Client.send(port, "GET", "/api/\(path)")
            #expect(answer.status == 503)
            #expect(answer.body.contains("unrecorded"))
            #expect(!answer.body.contains("player"))
        }
    }
}
