import Testing

@testable import ValidationPipeline

@Suite struct CallRateTests {
    /// Calls that are made as early as allowed, in ten seconds.
    @Test(arguments: [0.5, 1, 7, 100, 5000])
    func noSecondHasMoreCallsThanTheCeilingAndItsBurst(callsPerSecond: Double) {
        var rate = CallRate(callsPerSecond: callsPerSecond)
        var calls: [Duration] = []
        var now = Duration.zero
        while now < .seconds(10) {
            if case .at(let time) = rate.permission { now = max(now, time) }
            rate.began(now: now)
            calls.append(now)
        }
        let burst = callsPerSecond / 10 + 1
        var first = 0
        for (index, call) in calls.enumerated() {
            while calls[first] <= call - .seconds(1) { first += 1 }
            #expect(Double(index - first + 1) <= callsPerSecond + burst)
        }
        #expect(Double(calls.count) >= callsPerSecond * 10)
    }

    @Test func quietTimeIsNotSavedUp() {
        var rate = CallRate(callsPerSecond: 100)
        rate.began(now: .zero)
        var count = 0
        while rate.permission.isGranted(at: .seconds(3600)) {
            rate.began(now: .seconds(3600))
            count += 1
        }
        #expect(count == 10)
    }
}
