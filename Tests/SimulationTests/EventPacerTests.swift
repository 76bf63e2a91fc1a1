import Simulation
import Testing

struct EventPacerTests {
    private let start = ContinuousClock.now

    @Test func eventsAreDueAtTheirRate() {
        var pacer = EventPacer(eventsPerSecond: 100, start: self.start)
        #expect(pacer.due(at: self.start) == 1)
        #expect(pacer.due(at: self.start) == 0)
        #expect(pacer.next == self.start.advanced(by: .milliseconds(10)))
        #expect(pacer.due(at: self.start.advanced(by: .milliseconds(9))) == 0)
        #expect(pacer.due(at: self.start.advanced(by: .milliseconds(10))) == 1)
        #expect(pacer.due(at: self.start.advanced(by: .milliseconds(55))) == 4)
        #expect(pacer.next == self.start.advanced(by: .milliseconds(60)))
    }

    @Test(arguments: [1.0, 7.0, 1000.0, 33_333.0])
    func longRunKeepsTheRateHoweverOftenItIsAsked(rate: Double) {
        var pacer = EventPacer(eventsPerSecond: rate, start: self.start)
        var count = 0
        for step in 0..<1000 { count += pacer.due(at: self.start.advanced(by: .milliseconds(10 * step))) }
        #expect(abs(Double(count) - rate * 9.99) <= 1.0 + rate * 0.0001)
    }

    @Test func longPauseIsNotCaughtUpWith() {
        var pacer = EventPacer(eventsPerSecond: 1000, start: self.start)
        let late = self.start.advanced(by: .seconds(3600))
        #expect(pacer.due(at: late) == EventPacer<ContinuousClock.Instant>.maximumBurst)
        #expect(pacer.due(at: late) == 0)
        #expect(pacer.next == late.advanced(by: .milliseconds(1)))
    }

    @Test(arguments: [nil, 0, -1, Double.infinity, Double.nan])
    func withoutARateEventsAreAlwaysDue(rate: Double?) {
        var pacer = EventPacer(eventsPerSecond: rate, start: self.start)
        #expect(pacer.next == nil)
        #expect(pacer.due(at: self.start) == 1000)
        #expect(pacer.due(at: self.start) == 1000)
    }

    @Test func tinyRateIsStillARate() {
        var pacer = EventPacer(eventsPerSecond: 1e-300, start: self.start)
        #expect(pacer.due(at: self.start) == 1)
        #expect(pacer.due(at: self.start.advanced(by: .seconds(86_400))) == 0)
    }
}
