import HostileInput
import LoginContracts
import Testing

@testable import LoginValidatorCommands

@Suite struct TimeArgumentTests {
    /// 2026-01-31T09:30:00Z.
    static let now = Timestamp(1_769_851_800_000)

    @Test(arguments: [
        ("2026-01-31T09:30:00Z", "2026-01-31T09:30:00.000Z"), ("2026-01-31T09:30:00.123Z", "2026-01-31T09:30:00.123Z"),
        ("2026-01-31T18:30:00+09:00", "2026-01-31T09:30:00.000Z"), ("2026-01-31", "2026-01-31T00:00:00.000Z"),
        ("0s", "2026-01-31T09:30:00.000Z"), ("30s", "2026-01-31T09:29:30.000Z"), ("5m", "2026-01-31T09:25:00.000Z"),
        ("24h", "2026-01-30T09:30:00.000Z"), ("7d", "2026-01-24T09:30:00.000Z"), ("36500d", "1926-02-25T09:30:00.000Z"),
    ])
    func aTimeIsAbsoluteOrASpanBeforeNow(text: String, time: String) throws {
        #expect(try #require(TimeArgument(text, now: Self.now)).timestamp.description == time)
    }

    @Test(arguments: [
        "", "h", "24", "24x", "-1h", "1.5h", "24 h", "36501d", "9223372036854775807d", "99999999999999999999s",
        "2026-13-01", "2026-02-30", "2026-1-1", "yesterday", "2026-01-31T25:00:00Z", "2026-01-31T09:30:00", "２h",
    ])
    func anythingElseIsRefused(text: String) {
        #expect(TimeArgument(text, now: Self.now) == nil)
    }

    /// A time that is shown can be given again, and a span counts back from now.
    @Test func timesAndSpansOfAllSizesAreRead() throws {
        let units: [(String, Int64)] = [("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)]
        for var round in FuzzRounds("time-argument", rounds: 3000, limit: .seconds(1)) {
            let range =
                Timestamp.expressible.lowerBound
                .millisecondsSince1970...Timestamp.expressible.upperBound
                .millisecondsSince1970
            let time = Timestamp(Int64.random(in: range, using: &round.random))
            #expect(
                TimeArgument(time.description, now: Self.now)?.timestamp == time,
                "\(round.replay(time.description))"
            )
            let (unit, milliseconds) = round.random.pick(units)
            let most = TimeArgument.maximumDays * 86_400_000 / milliseconds
            let count = Int64.random(in: 0...(most * 2), using: &round.random)
            let span = TimeArgument("\(count)\(unit)", now: Self.now)?.timestamp
            let expected = Timestamp(Self.now.millisecondsSince1970 - count * milliseconds)
            #expect(span == (count <= most ? expected : nil), "\(round.replay("\(count)\(unit)"))")
        }
    }

    @Test func anArgumentCountsFromTheClock() throws {
        let hour = try #require(TimeArgument(argument: "1h")).timestamp
        let day = try #require(TimeArgument(argument: "1d")).timestamp
        #expect(day < hour)
        #expect(abs(hour.duration(since: day).milliseconds - 23 * 3_600_000) < 60_000)
    }
}
