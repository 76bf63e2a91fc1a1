/// Turns inputs that a decoder knows into ones that it does not.
package struct Mutation: Sendable {
    /// Inputs to begin with; at least one.
    package var seeds: [[UInt8]]
    /// What is put between the bytes: words of the format, and what trips parsers in general.
    package var pieces: [[UInt8]]
    /// Changes of one input, at most.
    package var maximumChanges = 6
    /// Longer inputs are cut.
    package var maximumLength = 70_000

    package init(seeds: [[UInt8]], pieces: [String] = []) {
        precondition(!seeds.isEmpty, "A mutation needs something to change")
        self.seeds = seeds
        self.pieces = pieces.map { Array($0.utf8) } + Self.hostilePieces
    }

    package func input(_ random: inout SeededGenerator) -> [UInt8] {
        var bytes = random.pick(self.seeds)
        for _ in 0..<Int.random(in: 0...self.maximumChanges, using: &random) { self.change(&bytes, &random) }
        return bytes.count > self.maximumLength ? Array(bytes.prefix(self.maximumLength)) : bytes
    }

    private func change(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
        guard !bytes.isEmpty else {
            bytes = random.pick(self.pieces)
            return
        }
        let start = Int.random(in: 0..<bytes.count, using: &random)
        let end = min(bytes.count, start + Int.random(in: 1...24, using: &random))
        switch Int.random(in: 0..<10, using: &random) {
        case 0: bytes[start] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1: bytes[start] = UInt8.random(in: .min ... .max, using: &random)
        case 2: bytes.removeSubrange(start..<end)
        case 3: bytes.insert(contentsOf: bytes[start..<end], at: end)
        case 4, 5: bytes.insert(contentsOf: random.pick(self.pieces), at: start)
        case 6: bytes.replaceSubrange(start..<end, with: random.pick(self.pieces))
        case 7:
            let other = random.pick(self.seeds)
            bytes.replaceSubrange(start..., with: other.suffix(Int.random(in: 0...other.count, using: &random)))
        case 8: bytes.removeSubrange(start...)
        default:
            let copies = Int.random(in: 2...400, using: &random)
            bytes.insert(contentsOf: Array(repeatElement(bytes[start..<end], count: copies).joined()), at: end)
        }
    }

    private static let hostilePieces: [[UInt8]] =
        [
            [0], [0xFF], [0xC3, 0x28], [0xED, 0xA0, 0x80], [0xC0, 0xAF], [0xEF, 0xBB, 0xBF], [0xFF, 0xFE],
            [0xF4, 0x90, 0x80, 0x80],
        ]
        + [
            "\r\n", "\n", "\t", " ", "\u{7F}", "\u{1B}[2J", "\u{2028}", "\u{202E}", "\u{85}", "é", "e\u{301}", "𝄞",
            "١٢", "９",
            "0", "-0", "-1", "00", "1e9", "-1e9999", "0.1", "9223372036854775807", "9223372036854775808",
            "18446744073709551616", "1" + String(repeating: "0", count: 400), "NaN", "Infinity", "0x10", "+1",
            "null", "true", "[]", "{}", "[[[[", "}}}}", "\"", "\\", "\\u0000", "\\ud800", "\\udc00", "\\ud834\\udd1e",
            ",", ":",
            "/*", "//", "#", "'", "%00", "../", String(repeating: "[", count: 600),
            String(repeating: "{\"a\":", count: 300),
            String(repeating: "a", count: 300), String(repeating: "x", count: 5000),
        ].map { Array($0.utf8) }
}
