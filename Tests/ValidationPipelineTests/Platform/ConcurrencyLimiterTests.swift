import Testing

@testable import ValidationPipeline

@Suite struct ConcurrencyLimiterTests {
    /// Runs full windows of calls against a platform with that latency at a number of calls under way.
    static func run(
        _ limiter: inout ConcurrencyLimiter,
        windows: Int,
        now: inout Duration,
        latency: (Int) -> Duration
    ) {
        for _ in 0..<windows {
            let count = limiter.limit
            // At least as many answers as a window has, all places used.
            for _ in 0..<max(1, (16 + count - 1) / count) {
                let start = now
                for _ in 0..<count { limiter.began() }
                let time = latency(count)
                now += time
                for _ in 0..<count { limiter.ended(.answered(latency: time), start: start, now: now) }
            }
        }
    }

    @Test func startsLowAndDoublesWhileLatencyIsFlat() {
        var limiter = ConcurrencyLimiter(.init())
        var now = Duration.zero
        var limits: [Int] = [limiter.limit]
        for _ in 0..<4 {
            Self.run(&limiter, windows: 1, now: &now) { _ in .milliseconds(20) }
            limits.append(limiter.limit)
        }
        #expect(limits == [8, 16, 32, 64, 64])
    }

    @Test func unusedLimitDoesNotGrow() {
        var limiter = ConcurrencyLimiter(.init())
        for second in 0..<1000 {
            limiter.began()
            limiter.ended(.answered(latency: .milliseconds(20)), start: .seconds(second), now: .seconds(second))
        }
        #expect(limiter.limit == 8)
    }

    /// A platform that serves ten at a time: more of them only wait.
    @Test func settlesWhereLatencyBeginsToRise() {
        var limiter = ConcurrencyLimiter(.init())
        var now = Duration.zero
        var seen: [Int] = []
        for window in 0..<200 {
            Self.run(&limiter, windows: 1, now: &now) { .milliseconds(20) * max(1, Double($0) / 10) }
            if window > 20 { seen.append(limiter.limit) }
        }
        #expect(seen.min()! >= 10)
        #expect(seen.max()! <= 40)
    }

    @Test func timeOutsHalveItOncePerRoundTripDownToOne() {
        var limiter = ConcurrencyLimiter(.init())
        for _ in 0..<8 { limiter.began() }
        for _ in 0..<8 { limiter.ended(.overloaded, start: .zero, now: .seconds(7)) }
        #expect(limiter.limit == 4)
        for round in 1..<6 {
            limiter.began()
            limiter.ended(.overloaded, start: .seconds(7 * round) + .milliseconds(1), now: .seconds(7 * round + 7))
        }
        #expect(limiter.limit == 1)
        #expect(limiter.permission == .now)
    }

    @Test func lastingSlownessBecomesTheNewNormal() {
        var limiter = ConcurrencyLimiter(.init())
        var now = Duration.zero
        Self.run(&limiter, windows: 8, now: &now) { _ in .milliseconds(20) }
        #expect(limiter.limit == 64)
        Self.run(&limiter, windows: 21, now: &now) { _ in .milliseconds(100) }
        #expect(limiter.limit < 10)
        Self.run(&limiter, windows: 300, now: &now) { _ in .milliseconds(100) }
        #expect(limiter.limit == 64)
    }

    @Test func outageMakesItStartAgain() {
        var limiter = ConcurrencyLimiter(.init())
        var now = Duration.zero
        Self.run(&limiter, windows: 5, now: &now) { _ in .milliseconds(20) }
        limiter.startAgain()
        #expect(limiter.limit == 8)
        Self.run(&limiter, windows: 3, now: &now) { _ in .milliseconds(20) }
        #expect(limiter.limit == 64)
    }

    @Test(arguments: UInt64(1)...20)
    func limitStaysWithinItsBoundsWhateverHappens(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var configuration = ConcurrencyLimiter.Configuration()
        configuration.maximum = random.int(1...100)
        configuration.minimum = random.int(1...configuration.maximum)
        var limiter = ConcurrencyLimiter(configuration)
        var starts: [Duration] = []
        for step in 0..<5000 {
            let now = Duration.milliseconds(step)
            if limiter.permission == .now, random.chance(0.6) {
                limiter.began()
                starts.append(now)
            } else if !starts.isEmpty {
                let start = starts.remove(at: random.int(0...(starts.count - 1)))
                let ending: ConcurrencyLimiter.Ending =
                    random.chance(0.05) ? .overloaded : .answered(latency: random.milliseconds(0...1000))
                limiter.ended(ending, start: start, now: now)
            }
            #expect(configuration.minimum <= limiter.limit && limiter.limit <= configuration.maximum)
            #expect(limiter.running == starts.count)
        }
    }
}
