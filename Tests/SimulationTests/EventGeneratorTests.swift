import LoginContracts
import Simulation
import Testing

struct EventGeneratorTests {
    private static func events(_ count: Int, seed: UInt64 = 1, mix: EventMix = .believable) -> [GeneratedEvent] {
        Array(EventGenerator(.init(seed: seed, mix: mix)).prefix(count))
    }

    private static func decode(_ event: GeneratedEvent) throws -> LoginEvent {
        let record = SourceRecord(
            partition: SourcePartition(topic: "login.events", partition: 0),
            offset: Int64(event.index),
            timestamp: Timestamp(1_767_225_600_000),
            key: event.record.key,
            value: event.record.value,
            headers: event.record.headers
        )
        return try LoginEventDecoder().decode(record)
    }

    @Test func seedRepeatsTheStream() {
        #expect(Self.events(500, seed: 42) == Self.events(500, seed: 42))
        #expect(Self.events(500, seed: 42) != Self.events(500, seed: 43))
    }

    @Test func mixIsWithinBounds() {
        let events = Self.events(20_000)
        let shares = Dictionary(grouping: events, by: \.kind).mapValues { Double($0.count) / 200 }
        let bounds: [EventKind: ClosedRange<Double>] = [
            .ok: 92...94, .invalid: 2.0...3.0, .locked: 0.7...1.3, .sanctioned: 0.45...0.95, .pending: 0.3...0.7,
            .gone: 0.15...0.5, .flaky: 0.3...0.7, .mismatch: 0.3...0.7, .malformed: 0.7...1.3,
        ]
        for (kind, bound) in bounds { #expect(bound.contains(shares[kind] ?? 0), "\(kind)") }
        #expect(shares[.unavailable] == nil)
        #expect(Set(events.compactMap(\.malformed)) == Set(MalformedKind.allCases))
        #expect(Set(events.map(\.form)) == Set(EventForm.allCases))
        let players = Set(events.map(\.playerId)).count
        #expect(players > 5000 && players < 15_000)
        #expect(Set(events.map(\.kgAppId)).isSuperset(of: SimulatedApp.examples.map(\.kgAppId)))
    }

    @Test func everyUsableEventDecodesToWhatItSays() throws {
        var methods: Set<LoginMethod?> = []
        var platforms: Set<Platform> = []
        var (traced, contradicted) = (0, 0)
        for event in Self.events(4000) where event.kind != .malformed {
            let login = try Self.decode(event)
            #expect(login.accessToken.value == event.accessToken)
            #expect(login.accessToken.value.count == EventGenerator.tokenLength)
            #expect(login.accessToken.value.contains("_simulated."))
            #expect(login.playerId == event.playerId)
            #expect(event.record.key == event.playerId.map { Array($0.utf8) })
            #expect(login.kgAppId == event.kgAppId)
            methods.insert(login.loginMethod)
            platforms.insert(login.platform)
            if login.trace != nil { traced += 1 }
            if login.overriddenPlatform != nil { contradicted += 1 }
        }
        #expect(methods == [nil, .sdk, .launcher, .bridgeToken])
        #expect(platforms == Set(Platform.allCases))
        #expect(traced > 0 && contradicted > 0)
    }

    @Test(arguments: MalformedKind.allCases)
    func malformedEventIsRefusedByTheDecoder(kind: MalformedKind) throws {
        let events = Self.events(400, mix: .init(kinds: [.malformed: 1], forms: [.plain: 1], isVaried: true))
        let ofKind = events.filter { $0.malformed == kind }
        #expect(!ofKind.isEmpty)
        for event in ofKind {
            #expect(event.expected.isDeadLetter)
            if kind == .unknownApp {
                #expect(try Self.decode(event).kgAppId == MalformedKind.unknownAppID)
                #expect(event.expected.reason == .unknownApp)
            } else {
                #expect(throws: EventDefect.self) { try Self.decode(event) }
                #expect(event.expected == ExpectedDisposition(.rejected, .malformed))
            }
        }
    }

    @Test func expectationFollowsFromTheToken() {
        let expected: [TokenBehaviour: ExpectedDisposition] = [
            .ok: .init(.pass), .invalid: .init(.kick, .tokenInvalid), .locked: .init(.lockout, .lockedOut),
            .sanctioned: .init(.kick, .sanctioned), .pending: .init(.kick, .pendingUnregistration),
            .gone: .init(.kick, .playerNotFound), .lie: .init(.kick, .playerMismatch),
            .unavailable: .init(.undetermined, .platformUnavailable),
            .flaky(failures: 1): .init(.pass), .flaky(failures: 2): .init(.pass), .flaky(failures: 3): .init(.pass),
        ]
        var kinds = EventMix.believable.kinds
        kinds[.unavailable] = 1
        var seen: Set<TokenBehaviour> = []
        for event in Self.events(10_000, mix: .init(kinds: kinds, forms: [.plain: 1], isVaried: true)) {
            guard let token = event.accessToken else { continue }
            let behaviour = TokenBehaviour(token: token)
            seen.insert(behaviour)
            #expect(event.expected == expected[behaviour])
            if behaviour == .lie { #expect(event.playerId != nil) }
        }
        #expect(seen == Set(expected.keys))
    }

    @Test func measurementMixIsPlainAndComplete() throws {
        for event in Self.events(1000, mix: .measurement) {
            let login = try Self.decode(event)
            #expect(event.form == .plain)
            #expect(event.record.headers.isEmpty)
            #expect(login.playerId != nil && login.sessionId != nil && login.loginMethod == nil)
            #expect([.ok, .invalid, .locked].contains(event.kind))
        }
    }

    @Test func timeOfOccurrenceCanBeGiven() throws {
        var generator = EventGenerator(.init(mix: .measurement))
        let instant = Timestamp(1_800_000_000_123)
        let first = generator.next(at: instant)
        #expect(try Self.decode(first).occurredAt == instant)
        let following = generator.next()
        let second = try #require(following)
        #expect(second.index == 1)
        #expect(try Self.decode(second).occurredAt == Timestamp(1_767_225_600_005))
    }

    /// The decision is the platform's, so what the generator expects and what the platform answers must agree.
    @Test func platformAnswersWhatTheGeneratorExpects() async throws {
        let statuses: [ExpectedDisposition: Int] = [
            .init(.pass): 200, .init(.kick, .tokenInvalid): 401, .init(.lockout, .lockedOut): 463,
            .init(.kick, .sanctioned): 464, .init(.kick, .pendingUnregistration): 462,
            .init(.kick, .playerNotFound): 460, .init(.kick, .playerMismatch): 200,
        ]
        let events = Self.events(300).filter { $0.accessToken != nil }
        try await SimulatedPlatform.withRunning { platform async throws in
            try await RawConnection.open(port: try await platform.port) { connection async throws in
                for event in events {
                    let app = try #require(SimulatedApp.examples.first(where: { $0.kgAppId == event.kgAppId }))
                    let token = try #require(event.accessToken)
                    let call = ValidationCall(token: token, app: app, playerId: event.playerId)
                    var answer: RawAnswer?
                    for _ in 0..<4 {
                        try await connection.send(call.text)
                        answer = try await connection.answer()
                        if answer?.status != 503 { break }
                    }
                    #expect(answer?.status == statuses[event.expected])
                    if let playerId = event.playerId, answer?.status == 200 {
                        let isOwner = answer?.text.contains("\"\(playerId)\"") ?? false
                        #expect(isOwner == (event.kind != .mismatch))
                    }
                }
            }
        }
    }
}
