/// An instant in UTC with millisecond precision, the resolution of Kafka's record timestamps.
///
/// Texts are RFC 3339. The parser is our own because an event is parsed on the path of every login, where Foundation's
/// formatters cost more than everything else in the decoder.
public struct Timestamp: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Milliseconds since 1970-01-01T00:00:00Z, negative before it.
    public var millisecondsSince1970: Int64

    /// 0000-01-01T00:00:00.000Z to 9999-12-31T23:59:59.999Z: what RFC 3339 can express.
    public static let expressible = Timestamp(-62_167_219_200_000)...Timestamp(253_402_300_799_999)

    /// Makes an instant from milliseconds since 1970-01-01T00:00:00Z.
    public init(_ millisecondsSince1970: Int64) {
        self.millisecondsSince1970 = millisecondsSince1970
    }

    /// Whether the left instant is the earlier one.
    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.millisecondsSince1970 < right.millisecondsSince1970
    }

    /// `2026-01-31T09:30:00.000Z`; an instant that RFC 3339 cannot express shows as the nearest one it can.
    public var description: String {
        String(unsafeUninitializedCapacity: Self.rfc3339Length) { text in
            guard let start = text.baseAddress else { return 0 }
            var writer = RFC3339Writer()
            writer.write(self, to: start)
            return Self.rfc3339Length
        }
    }

    /// Of a ``description``, in bytes.
    package static let rfc3339Length = 24

    /// The instant `duration` later, whole milliseconds; the first or last possible one when that is beyond it.
    ///
    /// A record's timestamp is any 64-bit number its producer chose, so this arithmetic must not trap.
    public func advanced(by duration: Duration) -> Timestamp {
        let (sum, overflow) = self.millisecondsSince1970.addingReportingOverflow(duration.milliseconds)
        return Timestamp(overflow ? (duration < .zero ? .min : .max) : sum)
    }

    /// The time from `earlier` to this instant, negative when it is later.
    public func duration(since earlier: Timestamp) -> Duration {
        .milliseconds(Int128(self.millisecondsSince1970) - Int128(earlier.millisecondsSince1970))
    }
}

extension Duration {
    /// Whole milliseconds, rounded towards zero; the nearest 64-bit number when there are more.
    package var milliseconds: Int64 { self.whole(unitsPerSecond: 1000) }

    /// Whole microseconds, rounded towards zero; the nearest 64-bit number when there are more.
    package var microseconds: Int64 { self.whole(unitsPerSecond: 1_000_000) }

    private func whole(unitsPerSecond: Int64) -> Int64 {
        let (seconds, attoseconds) = self.components
        let (units, overflow) = seconds.multipliedReportingOverflow(by: unitsPerSecond)
        guard !overflow else { return seconds < 0 ? .min : .max }
        let (sum, carry) = units.addingReportingOverflow(attoseconds / (1_000_000_000_000_000_000 / unitsPerSecond))
        return carry ? (seconds < 0 ? .min : .max) : sum
    }
}

/// A day of the proleptic Gregorian calendar.
///
/// Both directions count in eras of 400 years (146,097 days) that begin on 1 March, which puts the leap day at the end
/// of a year and makes month lengths a linear formula.
struct CivilDate: Equatable {
    var year: Int64
    var month: Int64
    var day: Int64

    init(year: Int64, month: Int64, day: Int64) {
        self.year = year
        self.month = month
        self.day = day
    }

    init(daysSince1970 days: Int64) {
        let (era, dayOfEra) = (days + 719_468).flooredQuotientAndRemainder(dividingBy: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        self.day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        self.month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        self.year = yearOfEra + era * 400 + (self.month <= 2 ? 1 : 0)
    }

    var daysSince1970: Int64 {
        let year = self.month <= 2 ? self.year - 1 : self.year
        let (era, yearOfEra) = year.flooredQuotientAndRemainder(dividingBy: 400)
        let dayOfYear = (153 * (self.month + (self.month > 2 ? -3 : 9)) + 2) / 5 + self.day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    var isValid: Bool {
        guard (0...9999).contains(self.year), (1...12).contains(self.month), self.day >= 1 else { return false }
        let isLeap = self.year % 4 == 0 && (self.year % 100 != 0 || self.year % 400 == 0)
        let lengths: [Int64] = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return self.day <= lengths[Int(self.month) - 1]
    }
}

extension Int64 {
    func flooredQuotientAndRemainder(dividingBy divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = self.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
