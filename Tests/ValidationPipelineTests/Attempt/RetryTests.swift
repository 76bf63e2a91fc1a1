import Testing

@testable import ValidationPipeline

@Suite struct RetryTests {
    @Test(arguments: [(1, 200), (2, 400), (3, 800), (6, 6400), (7, 10_000), (8, 10_000), (.max, 10_000)])
    func backOffIsFromZeroToTheCap(attempt: Int, capMilliseconds: Int) {
        var random = SeededRandom(seed: 3)
        let cap = Duration.milliseconds(capMilliseconds)
        var longest = Duration.zero
        for _ in 0..<500 {
            let delay = RetryPolicy().delay(afterAttempt: attempt, retryAfter: nil, using: &random)
            #expect(delay >= .zero && delay <= cap)
            longest = max(longest, delay)
        }
        // Full jitter uses the whole range.
        #expect(longest > cap / 2)
    }

    @Test func platformsWordIsHonouredUpToTheMaximum() {
        var random = SeededRandom(seed: 4)
        for _ in 0..<100 {
            let polite = RetryPolicy().delay(afterAttempt: 1, retryAfter: .seconds(7), using: &random)
            #expect(polite >= .seconds(7) && polite <= .seconds(7) + .milliseconds(200))
            let absurd = RetryPolicy().delay(afterAttempt: 1, retryAfter: .seconds(86_400), using: &random)
            #expect(absurd >= .seconds(60) && absurd <= .seconds(60) + .milliseconds(200))
        }
    }

    @Test func scheduleGivesTheEarliestFirst() {
        var schedule = RetrySchedule()
        func popDue(now: Duration) -> UInt64? { schedule.popDue(now: now)?.number }
        #expect(schedule.nextDue == nil)
        for (number, due) in [(1, 30), (2, 10), (3, 20), (4, 10)] {
            schedule.add(FlightID(number: UInt64(number)), due: .seconds(due))
        }
        #expect(schedule.nextDue == .seconds(10))
        #expect(popDue(now: .seconds(9)) == nil)
        // Of the same time the earlier arrival comes first.
        #expect(popDue(now: .seconds(20)) == 2)
        #expect(popDue(now: .seconds(20)) == 4)
        #expect(popDue(now: .seconds(20)) == 3)
        #expect(popDue(now: .seconds(20)) == nil)
        #expect(schedule.nextDue == .seconds(30))
    }
}
