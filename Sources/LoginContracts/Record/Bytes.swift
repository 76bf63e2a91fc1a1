extension Sequence<UInt8> {
    /// Two lower-case hexadecimal digits a byte.
    package var hexadecimal: String {
        var text: [UInt8] = []
        text.reserveCapacity(self.underestimatedCount * 2)
        for byte in self {
            for nibble in [byte >> 4, byte & 15] { text.append(nibble < 10 ? 0x30 + nibble : 0x57 + nibble) }
        }
        return String(decoding: text, as: UTF8.self)
    }
}

extension [UInt8] {
    /// - Returns: `nil` unless the text is exactly `count` bytes in hexadecimal digits, small or capital.
    package init?(hexadecimal text: some StringProtocol, count: Int) {
        guard text.utf8.count == 2 * count else { return nil }
        let digits = text.utf8.compactMap { byte -> UInt8? in
            switch byte {
            case 0x30...0x39: byte - 0x30
            case 0x41...0x46: byte - 0x41 + 10
            case 0x61...0x66: byte - 0x61 + 10
            default: nil
            }
        }
        guard digits.count == 2 * count else { return nil }
        self = (0..<count).map { digits[2 * $0] << 4 | digits[2 * $0 + 1] }
    }

    /// Bytes that nobody can guess, from the system's generator.
    package static func random(count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in .random(in: 0...255, using: &generator) }
    }
}
