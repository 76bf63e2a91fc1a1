import LoginContracts
import Testing

@testable import ValidationPipeline

@Suite struct DrainingTests {
    @Test func idleEngineStopsAtOnce() {
        var bench = MachineBench()
        bench.assign(0)
        bench.tell { $0.stop(within: .seconds(5), now: $1) }
        #expect(bench.stops == 1)
        // Whoever asks again hears it again.
        bench.tell { $0.stop(within: .seconds(5), now: $1) }
        #expect(bench.stops == 2)
    }

    @Test func attemptsUnderWayEndAndArePublished() {
        var bench = MachineBench { $0.limiter = .fixed(1) }
        bench.assign(0)
        bench.receive(Logins.login(0), Logins.login(1))
        bench.tell { $0.stop(within: .seconds(5), now: $1) }
        bench.receive(Logins.login(2))
        #expect(bench.stops == 0)
        bench.answer(.kick)
        // Not begun any more.
        #expect(bench.attempts.isEmpty)
        #expect(bench.stops == 1)
        #expect(bench.outcomes.map(\.data.source.offset) == [0])
        #expect(bench.marks.map(\.index) == [0])
        #expect(bench.publications[0].progress[0].progress.offset == 1)
    }

    @Test func lateAttemptIsGivenUp() {
        var bench = MachineBench()
        bench.assign(0)
        bench.receive(Logins.login(0))
        bench.tell { $0.stop(within: .seconds(5), now: $1) }
        bench.advance(by: .milliseconds(4999))
        #expect(bench.stops == 0)
        bench.advance(by: .milliseconds(1))
        #expect(bench.stops == 1)
        bench.answer(.kick)
        bench.advance(by: .seconds(100))
        #expect(bench.records.isEmpty && bench.publications.isEmpty && bench.stops == 1)
        #expect(bench.machine.nextDeadline == nil)
    }

    /// Past its time the engine waits for a running transaction, without waking up over and over.
    @Test func runningTransactionIsWaitedForWithoutADeadline() {
        var bench = MachineBench()
        bench.holdsKafka = true
        bench.assign(0)
        bench.receive(Logins.login(0))
        bench.answer(.kick)
        bench.tell { $0.stop(within: .seconds(5), now: $1) }
        #expect(bench.machine.nextDeadline == nil)
        bench.now = .seconds(60)
        bench.tell { $0.timePassed(now: $1) }
        #expect(bench.machine.nextDeadline == nil)
        #expect(bench.stops == 0)
        bench.tell { $0.published(.success(()), now: $1) }
        #expect(bench.stops == 1)
        #expect(bench.marks.map(\.index) == [0])
    }

    /// Whoever was told that the engine has stopped closes the trail and the producer.
    @Test func stoppedEngineTriesNothingAgain() {
        var bench = MachineBench()
        bench.holdsTrail = true
        bench.assign(0)
        bench.receive(Logins.login(0))
        bench.answer(.kick)
        bench.tell { $0.recorded(.failure(TrailFailure(message: "full")), now: $1) }
        bench.tell { $0.stop(within: .milliseconds(50), now: $1) }
        bench.advance(by: .milliseconds(50))
        #expect(bench.stops == 1)
        bench.now = .seconds(60)
        bench.tell { $0.timePassed(now: $1) }
        #expect(bench.records.count == 1)
        bench.revoke(0)
        #expect(bench.released == [1])
    }
}
