import LoginContracts

/// Bytes of a JSON document in the canonical form of RFC 8785: no white space, and one way to write each value.
///
/// Whoever uses it writes the members of an object in the order of their names. Integers may go beyond 2^53, which
/// RFC 8785 leaves to agreement: they are written with all their digits.
///
/// Every entry passes through here when it is written and when it is verified, so the bytes are in memory of its own and
/// not in an array. Not thread-safe.
final class CanonicalJSON {
    @exclusivity(unchecked) private var start: UnsafeMutablePointer<UInt8>
    @exclusivity(unchecked) private var capacity: Int
    /// In bytes.
    @exclusivity(unchecked) private(set) var count = 0
    @exclusivity(unchecked) private var times = RFC3339Writer()

    init(capacity: Int = 64) {
        self.capacity = max(capacity, 1)
        self.start = .allocate(capacity: self.capacity)
    }

    deinit {
        self.start.deallocate()
    }

    /// What was written so far.
    var bytes: [UInt8] { Array(UnsafeRawBufferPointer(start: self.start, count: self.count)) }

    /// Lends what was written so far.
    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        body(UnsafeRawBufferPointer(start: self.start, count: self.count))
    }

    /// Begins anew in the same memory.
    func removeAll() {
        self.count = 0
    }

    /// Room for so many bytes more; whoever asks writes them, and counts them.
    @inline(__always)
    private func room(for count: Int) -> UnsafeMutablePointer<UInt8> {
        if self.capacity - self.count < count { self.grow(by: count) }
        return self.start + self.count
    }

    @inline(never)
    private func grow(by count: Int) {
        let capacity = max(self.capacity * 2, self.count + count)
        let start = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        start.update(from: self.start, count: self.count)
        self.start.deallocate()
        self.start = start
        self.capacity = capacity
    }

    /// Appends what is canonical already.
    func append(raw bytes: UnsafeBufferPointer<UInt8>) {
        guard let first = bytes.baseAddress else { return }
        self.room(for: bytes.count).update(from: first, count: bytes.count)
        self.count += bytes.count
    }

    func append(raw bytes: [UInt8]) {
        bytes.withUnsafeBufferPointer { self.append(raw: $0) }
    }

    func append(raw text: StaticString) {
        self.append(raw: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    func append(raw text: String) {
        var text = text
        text.withUTF8 { self.append(raw: $0) }
    }

    func append(byte: UInt8) {
        self.room(for: 1).pointee = byte
        self.count += 1
    }

    /// Closes an object; the comma behind its last member, which has nothing to separate, becomes its brace.
    func endObject() {
        if self.count > 0, self.start[self.count - 1] == 0x2C {
            self.start[self.count - 1] = 0x7D
        } else {
            self.append(byte: 0x7D)
        }
    }

    /// Appends a text with its quotation marks.
    func append(text: String) {
        var text = text
        text.withUTF8 { self.append(text: $0) }
    }

    /// Appends a text with its quotation marks. Bytes that are no UTF-8 stay as they are, so that no two texts look alike.
    func append(text: UnsafeBufferPointer<UInt8>) {
        if let first = text.baseAddress, Self.needsNoEscape(text) {
            let room = self.room(for: text.count + 2)
            room[0] = 0x22
            (room + 1).update(from: first, count: text.count)
            room[text.count + 1] = 0x22
            self.count += text.count + 2
            return
        }
        // An escape takes six bytes at most.
        let room = self.room(for: text.count * 6 + 2)
        var place = 1
        room[0] = 0x22
        for byte in text {
            if byte >= 0x20, byte != 0x22, byte != 0x5C {
                room[place] = byte
                place += 1
            } else {
                place += Self.write(escaped: byte, to: room + place)
            }
        }
        room[place] = 0x22
        self.count += place + 1
    }

    /// Whether the bytes stand for themselves, seen eight at a time.
    private static func needsNoEscape(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        let bytes = UnsafeRawBufferPointer(text)
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highBits = ones &* 0x80
        var place = 0
        while place + 8 <= bytes.count {
            let word = bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)
            // A byte below n gives its high bit to (word - n * ones) & ~word; one equal to x is zero in word ^ x * ones.
            let quotes = word ^ (ones &* 0x22)
            let backslashes = word ^ (ones &* 0x5C)
            let found =
                ((word &- ones &* 0x20) & ~word) | ((quotes &- ones) & ~quotes)
                | ((backslashes &- ones) & ~backslashes)
            if found & highBits != 0 { return false }
            place += 8
        }
        return bytes[place...].allSatisfy { $0 >= 0x20 && $0 != 0x22 && $0 != 0x5C }
    }

    /// - Returns: how many bytes it takes.
    private static func write(escaped byte: UInt8, to place: UnsafeMutablePointer<UInt8>) -> Int {
        place[0] = 0x5C
        switch byte {
        case 0x08: place[1] = 0x62
        case 0x09: place[1] = 0x74
        case 0x0A: place[1] = 0x6E
        case 0x0C: place[1] = 0x66
        case 0x0D: place[1] = 0x72
        case 0x22, 0x5C: place[1] = byte
        default:
            place[1] = 0x75
            place[2] = 0x30
            place[3] = 0x30
            place[4] = Self.digit(byte >> 4)
            place[5] = Self.digit(byte & 0xF)
            return 6
        }
        return 2
    }

    func append(integer value: Int64) {
        if value < 0 { self.append(byte: 0x2D) }
        var rest = value.magnitude
        var digits = 1
        var bound: UInt64 = 10
        while rest >= bound {
            digits += 1
            let (next, overflow) = bound.multipliedReportingOverflow(by: 10)
            if overflow { break }
            bound = next
        }
        let room = self.room(for: digits)
        for place in stride(from: digits - 1, through: 0, by: -1) {
            room[place] = UInt8(truncatingIfNeeded: rest % 10) + 0x30
            rest /= 10
        }
        self.count += digits
    }

    /// Appends bytes as a text of hexadecimal digits.
    func append(hexadecimal bytes: UnsafeBufferPointer<UInt8>) {
        let room = self.room(for: bytes.count * 2 + 2)
        var place = 1
        room[0] = 0x22
        for byte in bytes {
            let digits = Self.digits(byte)
            room[place] = UInt8(truncatingIfNeeded: digits)
            room[place + 1] = UInt8(truncatingIfNeeded: digits >> 8)
            place += 2
        }
        room[place] = 0x22
        self.count += place + 1
    }

    /// The two digits of a byte, the first in the lower half: both at once, without a table or a branch.
    @inline(__always)
    private static func digits(_ byte: UInt8) -> UInt16 {
        let nibbles = UInt16(byte >> 4) | UInt16(byte & 0xF) << 8
        // 1 in each half that is 10 or more.
        let letters = ((nibbles &+ 0x0606) >> 4) & 0x0101
        return nibbles &+ 0x3030 &+ letters &* 0x27
    }

    @inline(__always)
    private static func digit(_ nibble: UInt8) -> UInt8 { nibble < 10 ? 0x30 + nibble : 0x57 + nibble }

    /// Appends a time: RFC 3339 in UTC with milliseconds, or its number when RFC 3339 cannot express it.
    func append(time: Timestamp) {
        guard Timestamp.expressible.contains(time) else { return self.append(integer: time.millisecondsSince1970) }
        let room = self.room(for: Timestamp.rfc3339Length + 2)
        room[0] = 0x22
        self.times.write(time, to: room + 1)
        room[Timestamp.rfc3339Length + 1] = 0x22
        self.count += Timestamp.rfc3339Length + 2
    }

    /// Whether the bytes are one object from the first to the last, whatever is in it.
    ///
    /// Otherwise a text could end its object early and go on with members of the document around it, and two different
    /// rows would have the same leaf.
    static func isOneObject(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var (depth, isText, isEscaped) = (0, false, false)
        for (place, byte) in bytes.enumerated() {
            if isText {
                switch byte {
                case _ where isEscaped: isEscaped = false
                case 0x5C: isEscaped = true
                case 0x22: isText = false
                default: break
                }
                continue
            }
            switch byte {
            case 0x22: isText = true
            case 0x7B: depth += 1
            case 0x7D: depth -= 1
            default: break
            }
            // Open from the first byte on, and closed by the last.
            guard depth > 0 || place == bytes.count - 1 else { return false }
        }
        return !bytes.isEmpty && bytes.first == 0x7B && depth == 0 && !isText
    }
}
