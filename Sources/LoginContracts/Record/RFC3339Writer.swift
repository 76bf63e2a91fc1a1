/// Writes times one after the other, as ``Timestamp/description`` has them.
///
/// A trail's times are mostly of the day of the one before, so the digits of the last date are kept.
package struct RFC3339Writer {
    private var day = Int64.min
    /// The first eight characters of the last date, and the three behind them: `2026-01-` and `31T`.
    private var date: (UInt64, UInt32) = (0, 0)

    /// Of the date and the T behind it, in bytes.
    private static let dateLength = 11

    package init() {}

    /// Writes the ``Timestamp/rfc3339Length`` bytes of a time.
    package mutating func write(_ instant: Timestamp, to text: UnsafeMutablePointer<UInt8>) {
        let instant = min(max(instant, Timestamp.expressible.lowerBound), Timestamp.expressible.upperBound)
        let (days, time) = instant.millisecondsSince1970.flooredQuotientAndRemainder(dividingBy: 86_400_000)
        if days != self.day { self.keep(CivilDate(daysSince1970: days), day: days) }
        withUnsafeBytes(of: self.date) {
            UnsafeMutableRawPointer(text).copyMemory(from: $0.baseAddress!, byteCount: Self.dateLength)
        }
        Self.write(time / 3_600_000, digits: 2, to: text + 11)
        text[13] = 0x3A
        Self.write(time / 60_000 % 60, digits: 2, to: text + 14)
        text[16] = 0x3A
        Self.write(time / 1000 % 60, digits: 2, to: text + 17)
        text[19] = 0x2E
        Self.write(time % 1000, digits: 3, to: text + 20)
        text[23] = 0x5A
    }

    private mutating func keep(_ date: CivilDate, day: Int64) {
        self.day = day
        withUnsafeMutableBytes(of: &self.date) { bytes in
            let text = bytes.baseAddress!.assumingMemoryBound(to: UInt8.self)
            Self.write(date.year, digits: 4, to: text)
            text[4] = 0x2D
            Self.write(date.month, digits: 2, to: text + 5)
            text[7] = 0x2D
            Self.write(date.day, digits: 2, to: text + 8)
            text[10] = 0x54
        }
    }

    private static func write(_ value: Int64, digits: Int, to text: UnsafeMutablePointer<UInt8>) {
        var rest = UInt32(truncatingIfNeeded: value)
        for place in stride(from: digits - 1, through: 0, by: -1) {
            text[place] = UInt8(truncatingIfNeeded: rest % 10) + 0x30
            rest /= 10
        }
    }
}
