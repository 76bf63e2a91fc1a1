import Foundation
import Testing

@testable import ValidationPipeline

/// The guard's thresholds on days as they are: no false alarm in all of them, and a real storm is held at once.
@Suite struct GuardDayTests {
    /// The logins of one app over a day.
    struct Day {
        var random: SeededRandom
        var massKickGuard = MassKickGuard(MassKickGuard.Configuration())
        var trips: [String] = []
        var answers = 0
        var withheld = 0

        /// One login at that time, of a kind that is kicked with that chance.
        mutating func login(at now: Duration, kickShare: Double) {
            self.answers += 1
            let isKick = self.random.chance(kickShare)
            // Of the kicks, some point at the credentials too: a player's 401 without the known code.
            let answer: MassKickGuard.Answer = isKick ? .kick(isWatched: self.random.chance(0.05)) : .pass
            switch self.massKickGuard.answered(answer, .regular, now: now) {
            case .trip(let trip): self.trips.append("\(trip.cause) at \(now)")
            case .withhold: self.withheld += 1
            case .decide, .hold, .release: break
            }
        }

        /// Quiet at five in the morning, busy at nine in the evening.
        static func loginsPerSecond(at second: Int) -> Double {
            6 + 5 * sin((Double(second) / 86_400 - 0.625) * 2 * .pi)
        }

        mutating func run(kickShare: Double) {
            var due = 0.0
            for second in 0..<86_400 {
                var rate = Self.loginsPerSecond(at: second)
                var share = kickShare
                switch second {
                // The game comes back from maintenance, everybody at once, many with a token of yesterday.
                case 36_000..<36_300: (rate, share) = (rate * 10, 0.15)
                // Bots with invalid tokens are tried by the hundred, among everybody else.
                case 50_000..<50_060: (rate, share) = (rate + 4, 0.25)
                // A wave of sanctions, over twenty minutes.
                case 60_000..<61_200: share += 0.05
                // A party of friends comes back after a year.
                case 70_000: for _ in 0..<6 { self.login(at: .seconds(second), kickShare: 1) }
                default: break
                }
                due += rate
                while due >= 1 {
                    due -= 1
                    self.login(at: .seconds(second), kickShare: share)
                }
            }
        }
    }

    @Test(arguments: [(UInt64(1), 0.02), (2, 0.02), (3, 0.005), (4, 0.08)])
    func realisticDayTripsNothing(seed: UInt64, kickShare: Double) {
        var day = Day(random: SeededRandom(seed: seed))
        day.run(kickShare: kickShare)
        #expect(day.answers > 500_000)
        #expect(day.trips == [])
        // Nearly every kick of such a day is decided at once.
        #expect(Double(day.withheld) < Double(day.answers) * kickShare * 0.2)
    }

    /// From one moment on everybody is refused, at whatever usual share.
    @Test(arguments: [0.0, 0.02, 0.1, 0.2], [false, true])
    func stormIsHeldWithinTheFirstKicks(kickShare: Double, isQuiet: Bool) {
        for seed in UInt64(1)...20 {
            var day = Day(random: SeededRandom(seed: seed))
            let step: Duration = isQuiet ? .seconds(2) : .milliseconds(1)
            var now = Duration.zero
            for _ in 0..<5000 {
                now += step
                day.login(at: now, kickShare: kickShare)
            }
            #expect(day.trips == [])
            var kicks = 0
            while day.trips.isEmpty, kicks < 100 {
                now += step
                kicks += 1
                _ = {
                    if case .trip = day.massKickGuard.answered(.kick(isWatched: false), .regular, now: now) {
                        day.trips = ["storm"]
                    }
                }()
            }
            #expect(kicks <= 35)
        }
    }

    /// Whoever has players kicked more and more often, over hours, gains nothing for the day on which all are to be.
    @Test func shareThatIsRaisedSlowlyHidesNoStorm() {
        var day = Day(random: SeededRandom(seed: 7))
        var now = Duration.zero
        for step in 0..<200_000 {
            now += .milliseconds(100)
            day.login(at: now, kickShare: 0.02 + 0.28 * Double(step) / 200_000)
        }
        #expect(day.trips == [])
        #expect(day.massKickGuard.usualKickShare <= 0.2)
        var kicks = 0
        while !day.massKickGuard.isTripped, kicks < 100 {
            now += .milliseconds(100)
            kicks += 1
            _ = day.massKickGuard.answered(.kick(isWatched: false), .regular, now: now)
        }
        #expect(kicks <= 35)
    }

    /// Half of all players are refused: it takes longer to be sure, not much.
    @Test func halfAStormIsHeldToo() {
        for seed in UInt64(1)...20 {
            var day = Day(random: SeededRandom(seed: seed))
            for step in 0..<5000 { day.login(at: .milliseconds(step), kickShare: 0.02) }
            let before = day.answers
            for step in 5000..<6000 where day.trips.isEmpty { day.login(at: .milliseconds(step), kickShare: 0.5) }
            #expect(!day.trips.isEmpty)
            #expect(day.answers - before < 300)
        }
    }
}
