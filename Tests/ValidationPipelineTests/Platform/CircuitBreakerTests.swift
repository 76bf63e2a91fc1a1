import Testing

@testable import ValidationPipeline

@Suite struct CircuitBreakerTests {
    /// A breaker whose calls are made and ended one after the other.
    struct Bench {
        var breaker = CircuitBreaker(CircuitBreaker.Configuration())
        var random = SeededRandom(seed: 5)
        var now: Duration = .zero

        @discardableResult
        mutating func call(_ evidence: CircuitBreaker.Evidence) -> CircuitBreaker.EndedAction {
            self.end(self.breaker.began(), evidence)
        }

        @discardableResult
        mutating func end(
            _ ticket: CircuitBreaker.Ticket,
            _ evidence: CircuitBreaker.Evidence
        ) -> CircuitBreaker.EndedAction {
            self.breaker.ended(ticket, evidence, now: self.now, using: &self.random)
        }

        mutating func open() {
            while self.breaker.isClosed { self.call(.failure()) }
        }

        /// Moves on to the end of the wait.
        mutating func wait() {
            if case .open(let until, _) = self.breaker.state { self.now = until }
        }

        var isGranted: Bool { self.breaker.permission.isGranted(at: self.now) }
    }

    @Test func failuresInARowOpenIt() {
        var bench = Bench()
        for _ in 0..<9 { #expect(bench.call(.failure()) == .none) }
        #expect(bench.isGranted)
        #expect(bench.call(.failure()) == .opened)
        #expect(!bench.isGranted)
    }

    @Test func oneSuccessAmongFailuresKeepsItClosed() {
        var bench = Bench()
        for _ in 0..<50 {
            for _ in 0..<9 { bench.call(.failure()) }
            bench.call(.none)
            bench.call(.success)
        }
        #expect(bench.breaker.isClosed)
    }

    @Test func probesAreSingleAndSeveralCloseIt() {
        var bench = Bench()
        bench.open()
        bench.wait()
        #expect(bench.isGranted)
        let probe = bench.breaker.began()
        #expect(bench.breaker.permission == .afterAnEvent)
        #expect(bench.end(probe, .success) == .none)
        #expect(bench.isGranted && !bench.breaker.isClosed)
        #expect(bench.call(.success) == .closed)
    }

    @Test func waitDoublesUpToItsMaximumAndNeverExceedsIt() {
        var bench = Bench()
        bench.open()
        var waits: [Duration] = []
        for _ in 0..<8 {
            guard case .open(let until, let wait) = bench.breaker.state else { break }
            #expect(until - bench.now <= wait && until - bench.now >= wait / 2)
            waits.append(wait)
            bench.wait()
            bench.call(.failure())
        }
        let expected = [500, 1000, 2000, 4000, 5000, 5000, 5000, 5000].map { Duration.milliseconds($0) }
        #expect(waits == expected)
    }

    @Test func platformsWordIsHonouredUpToTheMaximum() {
        for (asked, honoured) in [(Duration.seconds(30), Duration.seconds(30)), (.seconds(86_400), .seconds(60))] {
            var bench = Bench()
            for _ in 0..<9 { bench.call(.failure()) }
            bench.call(.failure(retryAfter: asked))
            #expect(bench.breaker.permission == .at(honoured))
        }
    }

    @Test func lateAnswersOfAnEarlierPeriodChangeNothing() {
        var bench = Bench()
        let early = (0..<20).map { _ in bench.breaker.began() }
        bench.open()
        let opened = bench.breaker.state
        #expect(bench.end(early[0], .success) == .none)
        #expect(bench.breaker.state == opened)
        bench.wait()
        bench.call(.success)
        bench.call(.success)
        for ticket in early.dropFirst() { #expect(bench.end(ticket, .failure()) == .none) }
        #expect(bench.breaker.isClosed)
    }

    @Test func probeThatTellsNothingLetsAnotherTry() {
        var bench = Bench()
        bench.open()
        bench.wait()
        bench.call(.none)
        #expect(bench.isGranted && !bench.breaker.isClosed)
    }
}
