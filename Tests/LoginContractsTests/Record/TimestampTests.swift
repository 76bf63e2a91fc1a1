import Foundation
import HostileInput
import LoginContracts
import Testing

@Suite struct TimestampTests {
    @Test(
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("1970-01-01t00:00:00z", 0), ("1970-01-01 00:00:00Z", 0),
            ("1970-01-01T00:00:00-00:00", 0), ("1969-12-31T23:59:59.999Z", -1), ("1970-01-01T00:00:00.001Z", 1),
            ("1970-01-01T09:00:00+09:00", 0), ("1969-12-31T12:30:00-11:30", 0), ("1970-01-01T23:59:00+23:59", 0),
            ("1970-01-01T00:00:00.1Z", 100), ("1970-01-01T00:00:00.12Z", 120), ("1970-01-01T00:00:00.1239Z", 123),
            ("1970-01-01T00:00:00.999999999999999999999999Z", 999), ("1970-01-01T00:00:00.000000000Z", 0),
            ("2000-02-29T00:00:00Z", 951_782_400_000), ("2024-02-29T12:00:00Z", 1_709_208_000_000),
            ("2400-02-29T00:00:00Z", 13_574_563_200_000), ("1900-02-28T23:59:59Z", -2_203_891_201_000),
            ("2016-12-31T23:59:60Z", 1_483_228_800_000), ("2015-06-30T23:59:60.500Z", 1_435_708_800_500),
            ("0000-01-01T00:00:00Z", -62_167_219_200_000), ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
            ("0000-02-29T00:00:00Z", -62_162_121_600_000), ("9999-12-31T23:59:59+00:01", 253_402_300_739_000),
            ("2026-01-31T09:30:00.125+09:00", 1_769_819_400_125),
        ] as [(String, Int64)]
    )
    func dateTimeIsRead(_ text: String, milliseconds: Int64) {
        #expect(Timestamp(rfc3339: text)?.millisecondsSince1970 == milliseconds)
    }

    @Test(arguments: [
        "", "Z", "2026", "2026-01-31", "2026-01-31T", "2026-01-31T09:30Z", "2026-01-31T09:30:00",
        "2026-01-31T09:30:00.Z",
        "2026-01-31T09:30:00,5Z", "2026-01-31T09:30:00Z ", " 2026-01-31T09:30:00Z", "2026-01-31T09:30:00ZZ",
        "2026-01-31T09:30:00Z\n", "2026-01-31T09:30:00Z\u{0}", "2026-01-31X09:30:00Z", "2026-01-31  09:30:00Z",
        "2026-1-31T09:30:00Z", "26-01-31T09:30:00Z", "12026-01-31T09:30:00Z", "+2026-01-31T09:30:00Z",
        "-001-01-31T09:30:00Z", "2026/01/31T09:30:00Z", "20260131T093000Z", "2026-W05-6T09:30:00Z",
        "2026-00-31T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-32T00:00:00Z",
        "2026-04-31T00:00:00Z", "2026-02-29T00:00:00Z", "2025-02-29T00:00:00Z", "1900-02-29T00:00:00Z",
        "2100-02-29T00:00:00Z", "2024-02-30T00:00:00Z", "2026-01-31T24:00:00Z", "2026-01-31T09:60:00Z",
        "2026-01-31T09:30:61Z", "2026-01-31T-1:30:00Z", "2026-01-31T09:30:00+9:00", "2026-01-31T09:30:00+0900",
        "2026-01-31T09:30:00+24:00", "2026-01-31T09:30:00+09:60", "2026-01-31T09:30:00+09", "2026-01-31T09:30:00+",
        "2026-01-31T09:30:00+09:00Z", "2026-01-31T09:30:00 Z", "２０２６-01-31T09:30:00Z", "2026-01-31T09:30:00Ｚ",
        "0000-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "9999-12-31T23:59:60Z", "2026-01-31T09:30:00.-1Z",
    ])
    func anythingElseIsRefused(_ text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    @Test func everyInstantReadsBackAsItWas() {
        let seed: UInt64 = 20_260_131
        var random = SeededGenerator(seed: seed)
        let range = Timestamp.expressible
        for round in 0..<5000 {
            let instant = Int64.random(
                in: range.lowerBound.millisecondsSince1970...range.upperBound.millisecondsSince1970,
                using: &random
            )
            let text = Timestamp(instant).description
            guard text.utf8.count == 24, Timestamp(rfc3339: text)?.millisecondsSince1970 == instant else {
                Issue.record("seed \(seed), round \(round): \(instant) became \(text)")
                return
            }
        }
    }

    /// Every day of 400 years around now, and the days around each new year and leap day of the rest.
    @Test func daysFollowOneAnotherThroughAWholeEra() throws {
        let day: Int64 = 86_400_000
        let start = try #require(Timestamp(rfc3339: "1800-01-01T00:00:00Z")).millisecondsSince1970
        var previous = Timestamp(start - day).description
        for number in 0..<146_097 {
            let text = Timestamp(start + Int64(number) * day).description
            guard text > previous else {
                Issue.record("\(text) follows \(previous)")
                return
            }
            previous = text
        }
        #expect(previous == "2199-12-31T00:00:00.000Z")
    }

    @Test func foundationAgreesAboutASample() throws {
        var random = SeededGenerator(seed: 8601)
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        // Foundation's calendar turns Julian before October 1582, RFC 3339 does not.
        for _ in 0..<300 {
            let milliseconds = Int64.random(in: -12_000_000_000_000...250_000_000_000_000, using: &random)
            let text = Timestamp(milliseconds).description
            let date = try Date(text, strategy: style)
            #expect(Int64((date.timeIntervalSince1970 * 1000).rounded()) == milliseconds, "\(text)")
        }
    }

    @Test(arguments: [
        (Int64.max, "9999-12-31T23:59:59.999Z"), (253_402_300_800_000, "9999-12-31T23:59:59.999Z"),
        (Int64.min, "0000-01-01T00:00:00.000Z"), (-62_167_219_200_001, "0000-01-01T00:00:00.000Z"),
    ])
    func inexpressibleInstantShowsAsTheNearest(_ milliseconds: Int64, text: String) {
        #expect(Timestamp(milliseconds).description == text)
    }

    /// A record's timestamp is whatever its producer wrote, so no arithmetic with one may trap.
    @Test func arithmeticAtTheEdgesDoesNotTrap() {
        let (first, last) = (Timestamp(.min), Timestamp(.max))
        #expect(last.advanced(by: .milliseconds(1)) == last)
        #expect(first.advanced(by: .milliseconds(-1)) == first)
        #expect(Timestamp(0).advanced(by: .seconds(Int64.max)) == last)
        #expect(Timestamp(0).advanced(by: .seconds(Int64.min)) == first)
        #expect(Timestamp(1).advanced(by: .microseconds(1999)) == Timestamp(2))
        #expect(last.duration(since: first) > .seconds(Int64.max / 1000))
        #expect(first.duration(since: last) < .zero)
        #expect(Timestamp(5).duration(since: Timestamp(2)) == .milliseconds(3))
    }

    @Test(arguments: [
        (Duration.zero, Int64(0), Int64(0)), (.milliseconds(-1), -1, -1000), (.microseconds(-1), 0, -1),
        (.nanoseconds(1_999_999), 1, 1999), (.seconds(2), 2000, 2_000_000), (.seconds(Int64.max), .max, .max),
        (.seconds(Int64.min), .min, .min),
    ])
    func durationsAreCutTowardsZeroAndBounded(_ duration: Duration, milliseconds: Int64, microseconds: Int64) {
        #expect(duration.milliseconds == milliseconds)
        #expect(duration.microseconds == microseconds)
    }

    @Test func orderIsThatOfTime() {
        #expect(Timestamp(-1) < Timestamp(0))
        #expect(!(Timestamp(0) < Timestamp(0)))
        #expect([Timestamp(3), Timestamp(-3), Timestamp(0)].sorted() == [Timestamp(-3), Timestamp(0), Timestamp(3)])
    }
}
