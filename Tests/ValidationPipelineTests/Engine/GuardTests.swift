import LoginContracts
import Testing

@testable import ValidationPipeline

/// The mass-kick guard as the engine uses it.
@Suite struct GuardTests {
    static let wrongKey = Verdict(status: 401, code: -1, message: "App is not authorized (401.-1)")

    static func bench(_ change: (inout PipelineConfiguration) -> Void = { _ in }) -> MachineBench {
        var bench = MachineBench {
            $0.guard = MassKickGuard.Configuration()
            change(&$0)
        }
        bench.assign(0, 1)
        return bench
    }

    /// Answers everything that is asked for a time; returns when each call was made.
    static func serve(
        _ bench: inout MachineBench,
        for duration: Duration,
        step: Duration = .milliseconds(100),
        verdict: (LoginEvent) -> Verdict
    ) -> [(time: Duration, kgAppId: String)] {
        var calls: [(time: Duration, kgAppId: String)] = []
        let end = bench.now + duration
        while bench.now < end {
            while let attempt = bench.attempts.first {
                calls.append((bench.now, attempt.event.kgAppId))
                bench.answer(verdict(attempt.event))
            }
            bench.advance(by: step)
        }
        return calls
    }

    static func receive(
        _ bench: inout MachineBench,
        _ offsets: Range<Int64>,
        kgAppId: String = "100",
        partition: Int32 = 0
    ) {
        for offset in offsets {
            bench.receive(
                Logins.login(offset, of: Logins.partition(partition), kgAppId: kgAppId),
                partition: partition
            )
        }
    }

    var transitions: (MachineBench) -> [GuardTransition] { { $0.records.flatMap(\.transitions) } }

    @Test func wrongCredentialsKickNobodyAndAreTriedNineTimesAMinute() {
        var bench = Self.bench()
        Self.receive(&bench, 0..<60)
        let calls = Self.serve(&bench, for: .seconds(600)) { _ in Self.wrongKey }
        for call in calls {
            #expect(calls.count { call.time - .seconds(60) < $0.time && $0.time <= call.time } <= 9)
        }
        #expect(calls.count > 20)
        #expect(bench.outcomes.isEmpty && bench.deadLetters.isEmpty)
        #expect(self.transitions(bench).map(\.change) == [.tripped])
        #expect(self.transitions(bench).map(\.cause) == [.wrongCredentials])

        // The platform's own trouble was it: the first pass releases everything.
        _ = Self.serve(&bench, for: .seconds(60)) { _ in .pass }
        #expect(self.transitions(bench).map(\.change) == [.tripped, .released(.answersBackToNormal)])
        #expect(bench.machine.flights.isEmpty)
        #expect(bench.outcomes.isEmpty)
        #expect(bench.records.flatMap(\.entries).map(\.decision) == Array(repeating: .pass, count: 60))
    }

    /// What is under way cannot be called back; nothing may follow it.
    @Test(arguments: [1, 4, 8, 9, 30])
    func withdrawnKeyFailsWhatIsUnderWayOrNineCallsInAMinute(underWay: Int) {
        var bench = Self.bench { $0.limiter = .fixed(underWay) }
        Self.receive(&bench, 0..<400)
        while bench.machine.flights.count > 150 { bench.answer(.pass) }
        #expect(bench.attempts.count == underWay)
        var calls: [Duration] = []
        while !bench.attempts.isEmpty, calls.count < 200 {
            calls.append(bench.now)
            bench.answer(Self.wrongKey)
            bench.advance(by: .milliseconds(10))
        }
        calls += Self.serve(&bench, for: .seconds(300)) { _ in Self.wrongKey }.map(\.time)
        for call in calls {
            #expect(calls.count { call - .seconds(60) < $0 && $0 <= call } <= max(9, underWay))
        }
        if underWay >= 9 { #expect(calls.count { $0 < .seconds(60) } == underWay) }
        #expect(bench.outcomes.isEmpty)
    }

    @Test func severalWrongAppsOfOneHostShareTheNineCalls() {
        var bench = Self.bench()
        for app in 0..<5 { Self.receive(&bench, Int64(app * 10)..<Int64(app * 10 + 10), kgAppId: "\(app)") }
        let calls = Self.serve(&bench, for: .seconds(900)) { _ in Self.wrongKey }
        for call in calls {
            #expect(calls.count { call.time - .seconds(60) < $0.time && $0.time <= call.time } <= 9)
        }
        #expect(bench.outcomes.isEmpty)
        #expect(Set(self.transitions(bench).map(\.kgAppId)).count == 5)
    }

    @Test func replacedCredentialsAreTriedAtOnce() {
        var bench = Self.bench()
        Self.receive(&bench, 0..<10)
        _ = Self.serve(&bench, for: .seconds(1)) { _ in Self.wrongKey }
        #expect(bench.attempts.isEmpty)
        bench.tell { $0.credentialsReplaced(now: $1) }
        #expect(!bench.attempts.isEmpty)
        _ = Self.serve(&bench, for: .seconds(1)) { _ in .pass }
        #expect(bench.machine.flights.isEmpty)
        #expect(self.transitions(bench).map(\.change) == [.tripped, .released(.credentialsReplaced)])
    }

    @Test func refusedPlayerIsKickedOnceTheCredentialsAreProven() {
        var bench = Self.bench()
        Self.receive(&bench, 0..<2)
        bench.answer(Self.wrongKey, offset: 0)
        #expect(bench.outcomes.isEmpty)
        bench.answer(.pass, offset: 1)
        #expect(bench.outcomes.isEmpty)
        bench.answer(Self.wrongKey, offset: 0)
        #expect(bench.outcomes.map(\.data.source.offset) == [0])
        #expect(bench.outcomes.map(\.data.reason) == [.authenticationFailed])
    }

    @Test func keyThatWasWrongForAMomentKicksNobody() {
        var bench = Self.bench()
        Self.receive(&bench, 0..<5)
        for offset in Int64(0)..<4 { bench.answer(Self.wrongKey, offset: offset) }
        bench.answer(.pass, offset: 4)
        _ = Self.serve(&bench, for: .seconds(60)) { _ in .pass }
        #expect(bench.outcomes.isEmpty)
        #expect(bench.machine.flights.isEmpty)
    }

    @Test func slowAnswerFromBeforeProvesNothing() {
        var bench = Self.bench()
        Self.receive(&bench, 0..<5)
        bench.advance(by: .milliseconds(100))
        for offset in Int64(0)..<3 { bench.answer(Self.wrongKey, offset: offset) }
        // These two were asked about before the key was withdrawn.
        bench.answer(.pass, offset: 3)
        #expect(bench.machine.apps["100"]?.hasProvenCredentials == false)
        bench.answer(.pass, offset: 4)
        _ = Self.serve(&bench, for: .seconds(120)) { _ in Self.wrongKey }
        #expect(bench.outcomes.isEmpty)
        #expect(bench.machine.apps["100"]?.massKickGuard.isTripped == true)
    }

    @Test func everybodyRefusedAtOnceIsHeldAndLaterDecidedAsItTurnsOut() {
        var bench = Self.bench()
        Self.receive(&bench, 0..<200)
        _ = Self.serve(&bench, for: .seconds(1)) { _ in .pass }
        Self.receive(&bench, 200..<700)
        _ = Self.serve(&bench, for: .seconds(120)) { _ in .kick }
        #expect(bench.outcomes.count < 50)
        let kicked = Set(bench.outcomes.map(\.data.source.offset))
        #expect(self.transitions(bench).map(\.change) == [.tripped])
        #expect(bench.machine.flights.count == 500 - kicked.count)

        _ = Self.serve(&bench, for: .seconds(120)) { event in event.eventID.hasSuffix("7") ? .kick : .pass }
        #expect(self.transitions(bench).map(\.change) == [.tripped, .released(.answersBackToNormal)])
        #expect(bench.machine.flights.isEmpty)
        let justly = Set((200..<700).filter { $0 % 10 == 7 }.map(Int64.init))
        #expect(Set(bench.outcomes.map(\.data.source.offset)) == kicked.union(justly))
        #expect(Set(bench.outcomes.map(\.id)).count == bench.outcomes.count)
    }

    @Test func otherAppsGoOnWhileOneIsHeld() {
        var bench = Self.bench()
        Self.receive(&bench, 0..<100)
        _ = Self.serve(&bench, for: .seconds(1)) { _ in .kick }
        #expect(bench.machine.apps["100"]?.massKickGuard.isTripped == true)
        let before = bench.outcomes.count
        Self.receive(&bench, 100..<110, kgAppId: "200")
        _ = Self.serve(&bench, for: .milliseconds(500)) { $0.kgAppId == "200" ? .kick : .kick }
        #expect(bench.outcomes.dropFirst(before).map(\.data.kgAppId) == Array(repeating: "200", count: 9))
    }

    @Test func operatorsReleaseKicksEverybodyWhoIsStillRefused() {
        var bench = Self.bench()
        Self.receive(&bench, 0..<100)
        _ = Self.serve(&bench, for: .seconds(1)) { _ in .kick }
        #expect(bench.outcomes.count < 50)
        var released: [String] = []
        bench.tell { released = $0.releaseGuard(kgAppId: "other", now: $1) }
        #expect(released.isEmpty)
        bench.tell { released = $0.releaseGuard(kgAppId: nil, now: $1) }
        #expect(released == ["100"])
        _ = Self.serve(&bench, for: .seconds(1)) { _ in .kick }
        #expect(bench.outcomes.count == 100)
        #expect(self.transitions(bench).map(\.change) == [.tripped, .released(.byOperator)])
    }

    @Test func withheldKickIsAskedAgainAndThenFinal() {
        var bench = Self.bench { $0.guard.surgeKicks = 1000 }
        Self.receive(&bench, 0..<12)
        while !bench.attempts.isEmpty { bench.answer(.kick) }
        #expect(bench.outcomes.count == 9)
        #expect(bench.machine.apps["100"]?.withheld.count == 3)
        bench.advance(by: .seconds(29))
        #expect(bench.attempts.isEmpty)
        bench.advance(by: .seconds(1))
        #expect(bench.attempts.count == 3)
        bench.answer(.pass)
        bench.answer(.kick)
        bench.answer(.kick)
        #expect(bench.outcomes.count == 11)
        #expect(bench.machine.flights.isEmpty)
    }

    @Test func nothingIsDecidedWhileHeldNotEvenThatAnEventIsTooOld() {
        var bench = Self.bench { $0.maximumAge = .seconds(60) }
        Self.receive(&bench, 0..<64)
        let calls = Self.serve(&bench, for: .seconds(300)) { _ in .kick }
        #expect(bench.deadLetters.isEmpty)
        // It is still probed, with whatever waits.
        #expect(calls.contains { $0.time > .seconds(200) })
        _ = Self.serve(&bench, for: .seconds(60)) { _ in .pass }
        #expect(bench.deadLetters.allSatisfy { $0.disposition == .stale })
        #expect(bench.deadLetters.count == 64 - bench.outcomes.count)
    }

    @Test func answersThatWereUnderWayAtTheTripAreNotFinal() {
        var bench = Self.bench()
        Self.receive(&bench, 0..<1)
        bench.answer(.pass)
        Self.receive(&bench, 1..<61)
        #expect(bench.attempts.count == 60)
        for offset in Int64(1)...30 { bench.answer(.kick, offset: offset) }
        #expect(bench.machine.apps["100"]?.massKickGuard.isTripped == true)
        let (outcomes, entries) = (bench.outcomes.count, bench.records.flatMap(\.entries).count)
        while !bench.attempts.isEmpty { bench.answer(.pass) }
        #expect(bench.outcomes.count == outcomes)
        #expect(bench.records.flatMap(\.entries).count == entries)
    }

    @Test func revokedPartitionTakesItsHeldAndWithheldEventsAlong() {
        var bench = Self.bench()
        Self.receive(&bench, 0..<64)
        bench.answer(.pass)
        for _ in 0..<15 { bench.answer(.kick) }
        #expect(bench.machine.apps["100"]?.withheld.isEmpty == false)
        bench.revoke(0, 1)
        #expect(bench.machine.apps["100"]?.withheld.isEmpty == true)
        #expect(bench.machine.apps["100"]?.waiting.isEmpty == true)
        bench.advance(by: .seconds(60))
        while !bench.attempts.isEmpty { bench.answer(.kick) }
        #expect(bench.outcomes.count <= 9)
        #expect(bench.machine.heldRecords == 0)
    }
}
