/// A small random number generator that repeats itself exactly for one seed (SplitMix64: Steele, Lea, Flood 2014).
///
/// A simulation that found a fault must find it again from its seed alone, on every machine. Not for secrets.
package struct SeededRandom: RandomNumberGenerator, Hashable, Sendable {
    private var state: UInt64

    package init(seed: UInt64) {
        self.state = seed
    }

    package mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// Uniform in 0..<1, with 53 random bits.
    package mutating func unit() -> Double {
        Double(self.next() >> 11) * 0x1p-53
    }

    /// True with the given probability.
    package mutating func chance(_ probability: Double) -> Bool {
        self.unit() < probability
    }

    /// Characters of the URL-safe Base64 alphabet, 6 random bits each.
    package mutating func base64Characters(count: Int) -> String {
        let alphabet = Self.base64Alphabet
        return String(unsafeUninitializedCapacity: count) { buffer in
            var bits: UInt64 = 0
            for index in 0..<count {
                if index % 10 == 0 { bits = self.next() }
                buffer[index] = alphabet[Int(bits & 63)]
                bits >>= 6
            }
            return count
        }
    }

    /// Lower-case hexadecimal digits; never all zero in practice, which trace identifiers must not be.
    package mutating func hexadecimalDigits(count: Int) -> String {
        let alphabet = Self.base64Alphabet
        return String(unsafeUninitializedCapacity: count) { buffer in
            var bits: UInt64 = 0
            for index in 0..<count {
                if index % 16 == 0 { bits = self.next() }
                let digit = Int(bits & 15)
                buffer[index] = digit < 10 ? alphabet[52 + digit] : alphabet[26 + digit - 10]
                bits >>= 4
            }
            return count
        }
    }

    private static let base64Alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
}
