import Testing

@testable import ValidationPipeline

@Suite struct MassKickGuardTests {
    typealias Action = MassKickGuard.AnsweredAction

    struct Bench {
        var massKickGuard = MassKickGuard(MassKickGuard.Configuration())
        var now: Duration = .seconds(1000)

        @discardableResult
        mutating func answer(_ answer: MassKickGuard.Answer, _ role: MassKickGuard.Role = .regular) -> Action {
            self.massKickGuard.answered(answer, role, now: self.now)
        }

        mutating func pass(_ count: Int) { for _ in 0..<count { self.answer(.pass) } }

        /// Makes the probe that is due and answers it.
        mutating func probe(_ answer: MassKickGuard.Answer) -> Action {
            if case .at(let time) = self.massKickGuard.permission { self.now = max(self.now, time) }
            return self.answer(answer, self.massKickGuard.began(.regular))
        }

        mutating func trip() {
            while !self.massKickGuard.isTripped { self.answer(.kick(isWatched: false)) }
        }
    }

    @Test func runOfKicksIsDecidedThenWithheldThenHeld() {
        var bench = Bench()
        bench.pass(1000)
        var decided = 0
        var withheld = 0
        for _ in 1..<30 {
            switch bench.answer(.kick(isWatched: false)) {
            case .decide: decided += 1
            case .withhold: withheld += 1
            case .hold, .trip, .release: Issue.record("Tripped too early.")
            }
        }
        #expect(decided == 9)
        #expect(withheld == 20)
        #expect(!bench.massKickGuard.isHealthy)
        guard case .trip(let trip) = bench.answer(.kick(isWatched: false)) else {
            Issue.record("Not tripped by the thirtieth.")
            return
        }
        #expect(trip.cause == .surge)
        #expect(bench.answer(.kick(isWatched: false)) == .hold)
        #expect(bench.answer(.pass) == .hold)
    }

    @Test func passesMakeWithheldKicksFinal() {
        var bench = Bench()
        for _ in 0..<15 { bench.answer(.kick(isWatched: false)) }
        #expect(!bench.massKickGuard.isHealthy)
        bench.pass(30)
        #expect(bench.massKickGuard.isHealthy)
        #expect(bench.answer(.kick(isWatched: false)) == .decide)
    }

    @Test func watchedAnswersInARowTripAndA200BetweenThemDoesNot() {
        var bench = Bench()
        for _ in 0..<100 {
            for _ in 0..<4 { #expect(bench.answer(.kick(isWatched: true)) == .withhold) }
            bench.pass(20)
            #expect(bench.massKickGuard.isHealthy)
        }
        for _ in 0..<4 { bench.answer(.kick(isWatched: true)) }
        // Neither a rejected request nor another kick proves the credentials.
        bench.answer(.neutral)
        bench.answer(.kick(isWatched: false))
        guard case .trip(let trip) = bench.answer(.kick(isWatched: true)) else {
            Issue.record("Not tripped by the fifth.")
            return
        }
        #expect(trip.cause == .wrongCredentials)
    }

    @Test func confirmedKickIsFinalUnlessItPointsAtTheCredentials() {
        var bench = Bench()
        for _ in 0..<15 { bench.answer(.kick(isWatched: false)) }
        let score = bench.massKickGuard.score
        #expect(bench.answer(.kick(isWatched: false), .confirmation(isProven: false)) == .decide)
        #expect(bench.massKickGuard.score == score)
        bench.answer(.kick(isWatched: true))
        #expect(bench.answer(.kick(isWatched: true), .confirmation(isProven: false)) == .withhold)
        #expect(bench.answer(.kick(isWatched: true), .confirmation(isProven: true)) == .decide)
    }

    @Test func surgeIsReleasedByProbesInARow() {
        var bench = Bench()
        bench.trip()
        let tripped = bench.now
        #expect(bench.massKickGuard.permission == .at(tripped + .seconds(20)))
        #expect(bench.probe(.kick(isWatched: false)) == .hold)
        for _ in 0..<4 { #expect(bench.probe(.pass) == .hold) }
        #expect(bench.probe(.kick(isWatched: false)) == .hold)
        for _ in 0..<4 { #expect(bench.probe(.pass) == .hold) }
        guard case .release(let trip) = bench.probe(.pass) else {
            Issue.record("Not released.")
            return
        }
        #expect(trip.cause == .surge)
        #expect(bench.now - tripped < .seconds(80))
        // Cautiously: kicks are withheld until others have passed.
        #expect(bench.answer(.kick(isWatched: false)) == .withhold)
    }

    @Test func wrongCredentialsAreReleasedByOnePass() {
        var bench = Bench()
        for _ in 0..<5 { bench.answer(.kick(isWatched: true)) }
        for _ in 0..<10 { #expect(bench.probe(.kick(isWatched: true)) == .hold) }
        guard case .release(let trip) = bench.probe(.pass) else {
            Issue.record("Not released.")
            return
        }
        #expect(trip.cause == .wrongCredentials)
    }

    @Test func probesAreSingleAndThoseThatFailTellNothing() {
        var bench = Bench()
        bench.trip()
        #expect(bench.probe(.pass) == .hold)
        bench.now += .seconds(1)
        let role = bench.massKickGuard.began(.regular)
        #expect(role == .probe)
        #expect(bench.massKickGuard.permission == .afterAnEvent)
        bench.massKickGuard.failed(role, now: bench.now)
        #expect(bench.massKickGuard.permission == .at(bench.now + .seconds(20)))
        for _ in 0..<3 { #expect(bench.probe(.pass) == .hold) }
        if case .release = bench.probe(.pass) {} else { Issue.record("A failed probe ended the row.") }
    }

    @Test func operatorAcceptsTheKicksForAWhile() {
        var bench = Bench()
        func release(_ bench: inout Bench) -> MassKickGuard.Trip? { bench.massKickGuard.release(now: bench.now) }
        #expect(release(&bench) == nil)
        bench.trip()
        #expect(release(&bench) != nil)
        for _ in 0..<500 { #expect(bench.answer(.kick(isWatched: true)) == .decide) }
        bench.now += .seconds(600)
        var kicks = 0
        while !bench.massKickGuard.isTripped {
            bench.answer(.kick(isWatched: false))
            kicks += 1
        }
        #expect(kicks == 30)
    }

    @Test func newCredentialsReleaseOnlyWhatWasAboutThem() {
        func replace(_ bench: inout Bench) -> MassKickGuard.Trip? {
            bench.massKickGuard.credentialsReplaced(now: bench.now)
        }
        var bench = Bench()
        for _ in 0..<5 { bench.answer(.kick(isWatched: true)) }
        #expect(replace(&bench)?.cause == .wrongCredentials)
        #expect(bench.massKickGuard.isHealthy)
        bench.trip()
        #expect(replace(&bench) == nil)
        #expect(bench.massKickGuard.isTripped)
    }

    @Test func kicksOfLongAgoAreForgotten() {
        var bench = Bench()
        for _ in 0..<25 { bench.answer(.kick(isWatched: false)) }
        bench.now += .seconds(3600)
        for _ in 0..<9 { #expect(bench.answer(.kick(isWatched: false)) == .decide) }
    }
}
