extension Timestamp {
    /// Parses an RFC 3339 date-time (section 5.6); `nil` when it is not one.
    ///
    /// `T` and `Z` may be lower case and `T` may be a space, as section 5.6 allows. Digits beyond milliseconds are
    /// checked and cut. A leap second (`:60`) is taken as the first instant of the next minute.
    public init?(rfc3339 text: some StringProtocol) {
        var text = String(text)
        let parsed = text.withUTF8 { bytes -> Int64? in
            var reader = RFC3339Reader(bytes: bytes)
            return reader.readMilliseconds()
        }
        guard let parsed else { return nil }
        self.init(parsed)
    }
}

/// Reads one RFC 3339 date-time from the start of a text that must end with it.
private struct RFC3339Reader {
    let bytes: UnsafeBufferPointer<UInt8>
    var position = 0

    init(bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    mutating func readMilliseconds() -> Int64? {
        guard let year = self.digits(4), self.take("-"), let month = self.digits(2), self.take("-"),
            let day = self.digits(2), self.take("T", "t", " "),
            let hour = self.digits(2), hour < 24, self.take(":"),
            let minute = self.digits(2), minute < 60, self.take(":"),
            let second = self.digits(2), second <= 60,
            let fraction = self.fraction(), let offset = self.offset(), self.position == self.bytes.count
        else { return nil }
        let date = CivilDate(year: year, month: month, day: day)
        guard date.isValid else { return nil }
        let seconds = date.daysSince1970 * 86_400 + hour * 3600 + minute * 60 + second - offset * 60
        let instant = Timestamp(seconds * 1000 + fraction)
        guard Timestamp.expressible.contains(instant) else { return nil }
        return instant.millisecondsSince1970
    }

    private mutating func digits(_ count: Int) -> Int64? {
        guard self.position + count <= self.bytes.count else { return nil }
        var value: Int64 = 0
        for _ in 0..<count {
            let digit = self.bytes[self.position] &- 0x30
            guard digit < 10 else { return nil }
            value = value * 10 + Int64(digit)
            self.position += 1
        }
        return value
    }

    private mutating func take(_ accepted: Unicode.Scalar...) -> Bool {
        guard self.position < self.bytes.count else { return false }
        let byte = self.bytes[self.position]
        guard accepted.contains(where: { $0.value == UInt32(byte) }) else { return false }
        self.position += 1
        return true
    }

    /// Milliseconds of an optional `.digits`; `nil` when there is a point without digits.
    private mutating func fraction() -> Int64? {
        guard self.take(".") else { return 0 }
        var milliseconds: Int64 = 0
        var weight: Int64 = 100
        let start = self.position
        while self.position < self.bytes.count {
            let digit = self.bytes[self.position] &- 0x30
            guard digit < 10 else { break }
            milliseconds += Int64(digit) * weight
            weight /= 10
            self.position += 1
        }
        return self.position > start ? milliseconds : nil
    }

    /// Minutes east of UTC.
    private mutating func offset() -> Int64? {
        if self.take("Z", "z") { return 0 }
        let sign: Int64
        if self.take("+") { sign = 1 } else if self.take("-") { sign = -1 } else { return nil }
        guard let hours = self.digits(2), hours < 24, self.take(":"), let minutes = self.digits(2), minutes < 60
        else { return nil }
        return sign * (hours * 60 + minutes)
    }
}
