import Foundation
import LoginContracts
import Simulation
import Testing

extension ServiceTests {
    /// The two promises, with `kill -9` at random moments: no decision lost or doubled, none asked for again.
    struct CrashTests {
        static let events = 3000
        static let seed: UInt64 = 20_260_131
        /// Every second one hits a service that is still starting. The others cost some seconds each, because a group
        /// waits for a member that was killed until its session ends.
        static let kills = 8

        @Test(arguments: ServiceTests.brokers)
        func killsLoseAndDoubleNothing(isReal: Bool) async throws {
            let stack = try await Stack(
                isReal: isReal,
                partitions: 6,
                platformArguments: ["--median-latency", "5", "--p99-latency", "60"]
            )
            let expected = Self.generate()
            let producing = try await Program.run([
                "simulate", "events", "--bootstrap-servers", stack.bootstrapServers, "--topic", stack.names.events,
                "--count", "\(Self.events)", "--seed", "\(Self.seed)",
            ])
            #expect(producing.status == 0, "\(producing.errors)")
            var asked = AskedTokens(events: expected)
            for kill in 0..<Self.kills {
                let service = try stack.launchService()
                try await Self.randomMoment(of: service, isStarting: kill % 2 == 1, stack)
                try await service.crash()
                try await asked.note(stack)
            }
            let last = try await stack.startService()
            try await stack.waitForDecisions(Self.events, within: .seconds(90))

            let rows = try await stack.decisions()
            Self.expectRows(rows, expected)
            try await Self.expectOutcomes(stack, rows, expected)
            try await Self.expectDeadLetters(stack, rows, expected)
            try await asked.expectNotAskedAgain(stack)
            #expect(try await last.terminate() == 0)
            expectNoSecrets(stack, last, ["simulated."])
            #expect(try await stack.rows("PRAGMA integrity_check").first?["integrity_check"] as? String == "ok")
        }

        /// What `simulate events` produces with this seed.
        private static func generate() -> [GeneratedEvent] {
            Array(EventGenerator(.init(seed: Self.seed)).prefix(Self.events))
        }

        /// Somewhere in the work: after a random number of new entries, and then a random time that is shorter than a
        /// commit cycle. Or somewhere in the start.
        private static func randomMoment(of service: Running, isStarting: Bool, _ stack: Stack) async throws {
            if isStarting {
                try await Task.sleep(for: .milliseconds(.random(in: 0...1200)))
                return
            }
            let sql = "SELECT count(*) FROM entries WHERE kind = 'validation'"
            let target = ((try? await stack.count(sql)) ?? 0) + .random(in: 1...250)
            try await eventually("\(target) entries", within: .seconds(60), every: .milliseconds(5)) {
                guard service.isRunning else { throw Failure("The service ended: \(service.errors)") }
                return ((try? await stack.count(sql)) ?? 0) >= target
            }
            try await Task.sleep(for: .microseconds(.random(in: 0...40_000)))
        }

        /// Each record once, each event as it must be.
        private static func expectRows(_ rows: [DecisionRow], _ expected: [GeneratedEvent]) {
            #expect(rows.count == expected.count)
            #expect(Set(rows.map { [$0.partition, $0.offset] }).count == rows.count)
            #expect(rows.allSatisfy { $0.delivery == "committed" })
            let bySession = Dictionary(grouping: rows.filter { $0.session_id != nil }) { $0.session_id ?? "" }
            for event in expected where event.kind != .malformed {
                let found = bySession["session-\(event.index)"] ?? []
                #expect(found.count == 1, "session-\(event.index)")
                guard let row = found.first else { continue }
                #expect(row.decision == event.expected.decision.rawValue, "session-\(event.index)")
                #expect(row.reason == event.expected.reason?.rawValue, "session-\(event.index)")
                #expect(row.kg_app_id == event.kgAppId)
                if let player = event.playerId { #expect(row.player_id == player) }
            }
            let rejected = Dictionary(grouping: rows.filter { $0.decision == "rejected" }) { $0.reason ?? "" }
            let malformed = Dictionary(grouping: expected.filter { $0.kind == .malformed }) {
                $0.expected.reason?.rawValue ?? ""
            }
            #expect(rejected.mapValues(\.count) == malformed.mapValues(\.count))
        }

        /// Exactly one outcome for each event that deserves one, none for the others, each equal to its entry.
        private static func expectOutcomes(
            _ stack: Stack,
            _ rows: [DecisionRow],
            _ expected: [GeneratedEvent]
        ) async throws {
            let published = try await stack.read(stack.names.outcomes)
            let byID = Dictionary(grouping: published) { $0.header("ce_id") ?? "" }
            if stack.isReal { #expect(published.count == byID.count, "An outcome is there twice.") }
            let byIndex = Dictionary(uniqueKeysWithValues: rows.map { ($0.index, $0) })
            var sessions: [String] = []
            for (id, repeats) in byID {
                let data = try #require(try repeats.first?.document())
                sessions.append(data["sessionId"] as? String ?? "")
                for outcome in repeats {
                    #expect(try outcome.document()["auditIndex"] as? Int == data["auditIndex"] as? Int, "\(id)")
                }
                let row = try #require(byIndex[data["auditIndex"] as? Int ?? -1])
                #expect(data["decision"] as? String == row.decision)
                #expect(data["reason"] as? String == row.reason)
                #expect(data["playerId"] as? String == row.player_id)
                #expect(data["sessionId"] as? String == row.session_id)
                #expect(data["eventId"] as? String == row.event_id)
                #expect(data["decidedAt"] as? String == row.recorded_at)
                let source = data["source"] as? [String: Any]
                #expect(source?["partition"] as? Int == row.partition)
                #expect(source?["offset"] as? Int == row.offset)
            }
            let deserving = expected.filter(\.expected.publishesOutcome).map { "session-\($0.index)" }
            #expect(sessions.sorted() == deserving.sorted())
        }

        private static func expectDeadLetters(
            _ stack: Stack,
            _ rows: [DecisionRow],
            _ expected: [GeneratedEvent]
        ) async throws {
            let letters = try await stack.read(stack.names.deadLetters)
            let places = letters.map { letter in
                ["partition", "offset"].map { Int(letter.header("__connect.errors.\($0)") ?? "") ?? -1 }
            }
            if stack.isReal { #expect(places.count == Set(places).count, "A dead letter is there twice.") }
            #expect(Set(places) == Set(rows.filter { $0.decision == "rejected" }.map { [$0.partition, $0.offset] }))
            #expect(Set(places).count == expected.filter(\.expected.isDeadLetter).count)
        }
    }
}

/// How often the platform was asked about tokens when their decisions were found on record after a crash.
private struct AskedTokens {
    private let tokens: [String: String]
    private var requests: [String: Int] = [:]
    private var last = -1

    /// Tokens that are looked at after each crash, the newest entries' first: those were just recorded.
    static let maximumNoted = 150

    init(events: [GeneratedEvent]) {
        self.tokens = Dictionary(
            uniqueKeysWithValues: events.compactMap { event in
                event.accessToken.map { ("session-\(event.index)", $0) }
            }
        )
    }

    /// No service runs now, so what is on record must never be asked for again.
    mutating func note(_ stack: Stack) async throws {
        let rows = (try? await stack.decisions()) ?? []
        let new = rows.filter { $0.index > self.last }.suffix(Self.maximumNoted)
        self.last = rows.last?.index ?? self.last
        let tokens = new.compactMap { $0.session_id.flatMap { self.tokens[$0] } }
        for (token, count) in zip(tokens, try await stack.requests(forTokens: tokens)) {
            self.requests[token] = count
        }
    }

    func expectNotAskedAgain(_ stack: Stack) async throws {
        let noted = self.requests.sorted { $0.key < $1.key }
        #expect(noted.count > 100, "The kills came before anything was recorded.")
        let now = try await stack.requests(forTokens: noted.map(\.key))
        let again = zip(noted, now).filter { $0.value != $1 }
        #expect(again.isEmpty, "\(again.count) of \(noted.count) recorded decisions were asked for again")
    }
}
