import ArgumentParser
import Foundation
import LoginContracts
import ValidatorService

/// A time on the command line: RFC 3339, a date (its first instant in UTC), or a span before now such as `24h`.
struct TimeArgument: ExpressibleByArgument {
    let timestamp: Timestamp

    /// The longest span, in days.
    static let maximumDays: Int64 = 36_500

    init?(argument: String) {
        self.init(argument, now: .now)
    }

    init?(_ text: String, now: Timestamp) {
        if let timestamp = Timestamp(rfc3339: text) ?? Timestamp(rfc3339: text + "T00:00:00Z") {
            self.timestamp = timestamp
            return
        }
        let units: [Character: Int64] = ["s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000]
        guard let unit = text.last.flatMap({ units[$0] }), let count = Int64(text.dropLast()), count >= 0,
            count <= Self.maximumDays * 86_400_000 / unit
        else { return nil }
        self.timestamp = Timestamp(now.millisecondsSince1970 - count * unit)
    }
}
