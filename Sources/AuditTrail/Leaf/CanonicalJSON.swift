import LoginContracts

/// Bytes of a JSON document in the canonical form of RFC 8785: no white space, and one way to write each value.
///
/// Whoever uses it writes the members of an object in the order of their names. Integers may go beyond 2^53, which
/// RFC 8785 leaves to agreement: they are written with all their digits.
struct CanonicalJSON {
    private(set) var bytes: [UInt8] = []

    init(capacity: Int = 0) {
        self.bytes.reserveCapacity(capacity)
    }

    /// Begins anew in the same memory.
    mutating func removeAll() {
        self.bytes.removeAll(keepingCapacity: true)
    }

    /// Appends what is canonical already.
    mutating func append(raw bytes: some Sequence<UInt8>) {
        self.bytes.append(contentsOf: bytes)
    }

    mutating func append(byte: UInt8) {
        self.bytes.append(byte)
    }

    /// Appends a text with its quotation marks.
    mutating func append(text: String) {
        var text = text
        text.withUTF8 { self.append(text: $0) }
    }

    /// Appends a text with its quotation marks. Bytes that are no UTF-8 stay as they are, so that no two texts look alike.
    mutating func append(text: UnsafeBufferPointer<UInt8>) {
        self.bytes.append(0x22)
        var start = 0
        for place in 0..<text.count {
            let byte = text[place]
            guard byte < 0x20 || byte == 0x22 || byte == 0x5C else { continue }
            self.bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[start..<place]))
            self.append(escaped: byte)
            start = place + 1
        }
        self.bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[start...]))
        self.bytes.append(0x22)
    }

    private mutating func append(escaped byte: UInt8) {
        self.bytes.append(0x5C)
        switch byte {
        case 0x08: self.bytes.append(0x62)
        case 0x09: self.bytes.append(0x74)
        case 0x0A: self.bytes.append(0x6E)
        case 0x0C: self.bytes.append(0x66)
        case 0x0D: self.bytes.append(0x72)
        case 0x22, 0x5C: self.bytes.append(byte)
        default:
            self.bytes.append(contentsOf: [0x75, 0x30, 0x30])
            self.append(digitsOf: byte)
        }
    }

    mutating func append(integer value: Int64) {
        if value < 0 { self.bytes.append(0x2D) }
        var rest = value.magnitude
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var place = 20
            repeat {
                place -= 1
                digits[place] = UInt8(truncatingIfNeeded: rest % 10) + 0x30
                rest /= 10
            } while rest > 0
            self.bytes.append(contentsOf: UnsafeBufferPointer(rebasing: digits[place...]))
        }
    }

    /// Appends bytes as a text of hexadecimal digits.
    mutating func append(hexadecimal bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes.append(0x22)
        for byte in bytes { self.append(digitsOf: byte) }
        self.bytes.append(0x22)
    }

    private mutating func append(digitsOf byte: UInt8) {
        self.append(digit: byte >> 4)
        self.append(digit: byte & 0xF)
    }

    private mutating func append(digit nibble: UInt8) {
        self.bytes.append(nibble < 10 ? 0x30 + nibble : 0x57 + nibble)
    }

    /// Appends a time: RFC 3339 in UTC with milliseconds, or its number when RFC 3339 cannot express it.
    mutating func append(time: Timestamp) {
        guard Timestamp.expressible.contains(time) else { return self.append(integer: time.millisecondsSince1970) }
        self.bytes.append(0x22)
        time.appendRFC3339(to: &self.bytes)
        self.bytes.append(0x22)
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
