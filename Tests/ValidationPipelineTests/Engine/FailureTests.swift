import LoginContracts
import Testing

@testable import ValidationPipeline

@Suite struct FailureTests {
    @Test(arguments: [true, false])
    func outageOfTenMinutesMakesNoDeadLetter(isTimeOut: Bool) {
        var bench = MachineBench()
        bench.assign(0)
        bench.receive(Logins.login(0))
        bench.answer(.pass)
        for offset in Int64(1)...20 { bench.receive(Logins.login(offset)) }
        let end = bench.now + .seconds(600)
        while bench.now < end {
            while !bench.attempts.isEmpty { if isTimeOut { bench.fail() } else { bench.answer(Verdict(status: 503)) } }
            bench.advance(by: .milliseconds(250))
        }
        #expect(bench.machine.flights.count == 20)
        for _ in 0..<100 where !bench.machine.flights.isEmpty {
            while !bench.attempts.isEmpty { bench.answer(.kick) }
            bench.advance(by: .seconds(1))
        }
        #expect(bench.deadLetters.isEmpty)
        #expect(bench.outcomes.count == 20)
    }

    @Test func poisonEventAmongOthersIsUndetermined() {
        var bench = MachineBench()
        bench.assign(0)
        bench.receive(Logins.login(0))
        var attempts = 0
        for offset in Int64(1)..<1000 where bench.deadLetters.isEmpty {
            if bench.asked.contains("0-0") {
                attempts += 1
                bench.answer(Verdict(status: 500, message: "boom"), offset: 0)
            }
            bench.receive(Logins.login(offset))
            bench.answer(.pass, offset: offset)
            bench.advance(by: .seconds(1))
        }
        #expect(bench.deadLetters.map(\.disposition) == [.undetermined])
        #expect(bench.deadLetters.map(\.message) == ["boom"])
        // The first failure came before any call had succeeded, and does not count.
        #expect(attempts == RetryPolicy().maximumIndividualFailures + 1)
        let entry = bench.records.flatMap(\.entries).first { $0.decision == .undetermined }
        #expect(entry?.reason == .platformUnavailable)
        #expect(entry?.attempts == attempts)
        #expect(entry?.httpStatus == 500)
    }

    @Test func staleEventIsNotAsked() {
        var bench = MachineBench { $0.maximumAge = .seconds(60) }
        bench.now = .seconds(100)
        bench.assign(0)
        bench.receive(
            Logins.login(0, timestamp: Timestamp(39_999)),
            Logins.login(1, timestamp: Timestamp(40_000)),
            Logins.login(2, timestamp: nil)
        )
        #expect(bench.asked == ["0-1", "0-2"])
        #expect(bench.deadLetters.map(\.disposition) == [.stale])
        #expect(bench.records[0].entries[0].attempts == 0)
        // One that grows old while it is tried again.
        bench.fail(offset: 1)
        bench.advance(by: .seconds(1))
        #expect(bench.deadLetters.map(\.disposition) == [.stale, .stale])
    }

    @Test func defectiveRecordIsADeadLetterThatNamesTheRule() {
        var bench = MachineBench()
        bench.assign(0)
        bench.receive(Logins.login(3, isDefective: true))
        #expect(bench.attempts.isEmpty)
        #expect(bench.deadLetters.map(\.message) == ["value: is not JSON"])
        #expect(bench.records[0].entries[0].decision == .rejected)
        #expect(bench.records[0].entries[0].eventID == "login.events-0-3")
    }

    @Test func trailThatFailsHoldsEverythingUntilItCanBeWritten() {
        var bench = MachineBench()
        bench.holdsTrail = true
        bench.assign(0)
        bench.receive(Logins.login(0))
        bench.answer(.kick)
        for _ in 0..<20 {
            bench.tell { $0.recorded(.failure(TrailFailure(message: "full")), now: $1) }
            #expect(bench.machine.gauges.isHeld)
            #expect(bench.publications.isEmpty)
            let appends = bench.records.count
            bench.advance(by: CommitCycle.maximumWait)
            #expect(bench.records.count == appends + 1)
        }
        bench.recorded()
        #expect(bench.outcomes.count == 1)
        #expect(!bench.machine.gauges.isHeld)
    }

    @Test func failedPublicationIsTriedAgainAsItWas() {
        var bench = MachineBench()
        bench.holdsKafka = true
        bench.assign(0)
        bench.receive(Logins.login(0), Logins.login(1))
        bench.answer(.kick, offset: 0)
        bench.answer(.kick, offset: 1)
        bench.tell { $0.published(.failure(PublicationFailure(message: "aborted")), now: $1) }
        bench.advance(by: .milliseconds(100))
        #expect(bench.publications.count == 2)
        #expect(bench.publications[0].outcomes == bench.publications[1].outcomes)
        #expect(bench.publications[1].progress[0].progress.open == [1])
        bench.holdsKafka = false
        bench.tell { $0.published(.success(()), now: $1) }
        #expect(bench.publications[2].outcomes.map(\.data.source.offset) == [1])
    }

    @Test func passesHaveOutcomesOnlyIfAskedFor() {
        for publishes in [false, true] {
            var bench = MachineBench { $0.publishesPasses = publishes }
            bench.assign(0)
            bench.receive(Logins.login(0))
            bench.answer(.pass)
            #expect(bench.outcomes.count == (publishes ? 1 : 0))
            #expect(bench.publications.map { $0.progress[0].progress.offset } == [1])
        }
    }
}
