import LoginContracts
import Testing

@testable import ValidationPipeline

/// What the engine does when the platform, or one app's part of it, does not answer.
@Suite struct PlatformOutageTests {
    static func bench(_ change: (inout PipelineConfiguration) -> Void = { _ in }) -> MachineBench {
        var bench = MachineBench {
            $0.limiter = ConcurrencyLimiter.Configuration()
            change(&$0)
        }
        bench.assign(0)
        return bench
    }

    static func receive(
        _ bench: inout MachineBench,
        _ offsets: Range<Int64>,
        kgAppId: String = "100",
        host: String = "platform"
    ) {
        for offset in offsets { bench.receive(Logins.login(offset, kgAppId: kgAppId, host: host)) }
    }

    static func isUp(_ bench: MachineBench) -> Bool { bench.machine.hosts["platform"]!.breaker.isClosed }

    @Test(arguments: [Verdict(status: 503), Verdict(status: 473), Verdict(status: 429), Verdict(status: 404), nil])
    func tenMinutesOfOutageAreProbedSinglyAndEndInSeconds(verdict: Verdict?) {
        var bench = Self.bench()
        Self.receive(&bench, 0..<1)
        bench.answer(.pass)
        Self.receive(&bench, 1..<65)
        var calls = 0
        let end = bench.now + .seconds(600)
        while bench.now < end {
            while !bench.attempts.isEmpty {
                calls += 1
                if let verdict { bench.answer(verdict) } else { bench.fail() }
            }
            bench.advance(by: .milliseconds(100))
            if bench.now > .seconds(5) { #expect(bench.attempts.count <= 1) }
        }
        #expect(calls < 300)
        #expect(bench.deadLetters.isEmpty && bench.outcomes.isEmpty)
        #expect(bench.machine.flights.count == 64)
        let restored = bench.now
        while !bench.machine.flights.isEmpty, bench.now < restored + .seconds(60) {
            while !bench.attempts.isEmpty { bench.answer(.kick) }
            bench.advance(by: .milliseconds(50))
        }
        // The longest wait of the breaker, then of the back-offs that were running.
        #expect(bench.now - restored < .seconds(16))
        #expect(bench.outcomes.count == 64)
    }

    @Test func openBreakerLeavesEventsInKafkaAndKeepsSomeToProbeWith() {
        var bench = Self.bench()
        Self.receive(&bench, 0..<64)
        for _ in 0..<10 { bench.fail() }
        #expect(!Self.isUp(bench))
        // What had been asked for still comes; then nothing more is.
        let outstanding = bench.outstanding(0)
        #expect(outstanding <= 128)
        Self.receive(&bench, 64..<Int64(outstanding))
        bench.advance(by: .seconds(60))
        #expect(bench.outstanding(0) == outstanding)
        while !bench.attempts.isEmpty || !Self.isUp(bench) {
            while !bench.attempts.isEmpty { bench.answer(.pass) }
            bench.advance(by: .milliseconds(100))
        }
        #expect(bench.outstanding(0) > outstanding)
    }

    @Test func oneHostsOutageLeavesTheOtherAlone() {
        var bench = Self.bench()
        Self.receive(&bench, 0..<20)
        while !bench.attempts.isEmpty { bench.fail() }
        #expect(!Self.isUp(bench))
        Self.receive(&bench, 20..<25, kgAppId: "200", host: "other")
        #expect(bench.attempts.map(\.event.kgAppId) == Array(repeating: "200", count: 5))
        #expect(!bench.machine.isPlatformDown)
    }

    @Test func oneAppsMaintenanceLeavesTheOthersOfItsHostAlone() {
        var bench = Self.bench()
        Self.receive(&bench, 0..<20)
        while !bench.attempts.isEmpty { bench.answer(Verdict(status: 473)) }
        #expect(bench.machine.apps["100"]?.breaker.isClosed == false)
        #expect(Self.isUp(bench))
        Self.receive(&bench, 20..<25, kgAppId: "200")
        #expect(bench.attempts.map(\.event.kgAppId) == Array(repeating: "200", count: 5))
    }

    @Test func callsPerSecondAreBounded() {
        var bench = Self.bench { $0.maximumCallsPerSecond = 10 }
        Self.receive(&bench, 0..<64)
        var calls: [Duration] = []
        while bench.now < .seconds(5) {
            while !bench.attempts.isEmpty {
                calls.append(bench.now)
                bench.answer(.pass)
            }
            bench.advance(by: .milliseconds(10))
        }
        #expect((45...55).contains(calls.count))
    }

    @Test func appsTakeTurns() {
        var bench = Self.bench { $0.limiter = .fixed(4) }
        Self.receive(&bench, 0..<20)
        Self.receive(&bench, 20..<24, kgAppId: "200")
        for offset in Int64(0)..<4 { bench.answer(.pass, offset: offset) }
        #expect(bench.attempts.contains { $0.event.kgAppId == "200" })
    }
}
