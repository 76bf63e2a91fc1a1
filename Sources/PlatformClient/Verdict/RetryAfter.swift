internal import LoginContracts

/// The `Retry-After` field (RFC 9110 section 10.2.3): seconds, or one of the three forms of an HTTP date.
enum RetryAfter {
    /// The longest wait that is believed; a longer one is cut, so that a wrong clock cannot silence the service.
    static let maximumDelay = Duration.seconds(3600)

    /// The wait the field asks for, from zero to ``maximumDelay``; `nil` when the field is neither form.
    static func delay(of field: String, arrival: Timestamp) -> Duration? {
        var text = Substring(field)
        while let first = text.utf8.first, first == 0x20 || first == 0x09 { text.removeFirst() }
        while let last = text.utf8.last, last == 0x20 || last == 0x09 { text.removeLast() }
        guard (1...64).contains(text.utf8.count), text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else { return nil }
        if text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            // More digits than a number has room for is still a number of seconds beyond the maximum.
            guard let seconds = Int64(text) else { return Self.maximumDelay }
            return min(.seconds(seconds), Self.maximumDelay)
        }
        guard let date = HTTPDate.timestamp(of: text, arrival: arrival) else { return nil }
        return min(max(date.duration(since: arrival), .zero), Self.maximumDelay)
    }
}

/// An HTTP date (RFC 9110 section 5.6.7), read by rewriting it as RFC 3339.
private enum HTTPDate {
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    static func timestamp(of text: Substring, arrival: Timestamp) -> Timestamp? {
        let words = text.split(separator: " ")
        switch words.count {
        case 6 where words[0].last == "," && words[5] == "GMT":
            return Self.timestamp(day: words[1], month: words[2], year: words[3], time: words[4])
        case 4 where words[0].last == "," && words[3] == "GMT":
            let date = words[1].split(separator: "-")
            guard date.count == 3, let year = Self.fullYear(date[2], arrival: arrival) else { return nil }
            return Self.timestamp(day: date[0], month: date[1], year: year[...], time: words[2])
        case 5:
            return Self.timestamp(day: words[2], month: words[1], year: words[4], time: words[3])
        default:
            return nil
        }
    }

    private static func timestamp(day: Substring, month: Substring, year: Substring, time: Substring) -> Timestamp? {
        guard let month = Self.months.firstIndex(of: String(month)), (1...2).contains(day.utf8.count) else {
            return nil
        }
        let monthText = month < 9 ? "0\(month + 1)" : "\(month + 1)"
        let dayText = day.utf8.count == 1 ? "0\(day)" : String(day)
        return Timestamp(rfc3339: "\(year)-\(monthText)-\(dayText)T\(time)Z")
    }

    /// A two-digit year is in this century, unless that is more than 50 years ahead.
    private static func fullYear(_ digits: Substring, arrival: Timestamp) -> String? {
        guard digits.utf8.count == 2, let short = Int(digits), let now = Int(arrival.description.prefix(4)) else {
            return nil
        }
        let year = now / 100 * 100 + short
        return String(year > now + 50 ? year - 100 : year)
    }
}
