/// Writes JSON (RFC 8259) in all the ways in which it may be written.
package enum HostileJSON {
    /// A JSON value: nested, with repeated names, odd numbers and strings of every kind.
    package static func value(depth: Int = 4, _ random: inout SeededGenerator) -> String {
        switch Int.random(in: 0..<(depth > 0 ? 9 : 7), using: &random) {
        case 0: return random.pick(["null", "true", "false"])
        case 1: return random.pick(["0", "-0", "1", "-12.5", "1e3", "1E-400", "123456789012345678901234567890", "0.1"])
        case 2...6: return self.string(random.pick(self.texts), &random)
        case 7:
            let items = (0..<Int.random(in: 0...3, using: &random)).map { _ in self.value(depth: depth - 1, &random) }
            return "[" + items.joined(separator: self.space(&random) + ",") + self.space(&random) + "]"
        default:
            let members = (0..<Int.random(in: 0...4, using: &random)).map { _ in
                (random.pick(self.texts), self.value(depth: depth - 1, &random))
            }
            return self.object(members, &random)
        }
    }

    /// An object of members whose values are JSON already.
    package static func object(_ members: [(name: String, value: String)], _ random: inout SeededGenerator) -> String {
        let texts = members.map { member in
            self.space(&random) + self.string(member.name, &random) + self.space(&random) + ":" + self.space(&random)
                + member.value + self.space(&random)
        }
        return self.space(&random) + "{" + (texts.isEmpty ? self.space(&random) : texts.joined(separator: ",")) + "}"
            + self.space(&random)
    }

    /// A string whose characters are themselves or one of their escapes.
    package static func string(_ text: String, _ random: inout SeededGenerator) -> String {
        let isPlain = random.once(in: 2)
        var json = "\""
        for scalar in text.unicodeScalars {
            let mustEscape = scalar.value < 0x20 || scalar == "\"" || scalar == "\\"
            guard mustEscape || (!isPlain && random.once(in: 4)) else {
                json.unicodeScalars.append(scalar)
                continue
            }
            for unit in UTF16.encode(scalar)! {
                let digits = String(unit, radix: 16, uppercase: random.once(in: 2))
                json += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return json + "\""
    }

    private static func space(_ random: inout SeededGenerator) -> String {
        random.once(in: 4) ? random.pick([" ", "\n", "\t", "\r\n", "  \n "]) : ""
    }

    private static let texts = [
        "", "a", "kgAppId", "playerId", "accessToken", "data", "é", "e\u{301}", "𝄞", "\u{0}", "\n", "\u{7F}", "\"",
        "\\",
        "null", "1", "\u{FEFF}", "\u{FFFF}", "한국어", "player", "desc", String(repeating: "x", count: 200),
    ]
}
