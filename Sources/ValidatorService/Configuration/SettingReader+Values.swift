import LoginContracts

extension SettingReader {
    /// One of an enumeration's words.
    mutating func word<Word: RawRepresentable<String> & CaseIterable>(_ setting: Setting, default standard: Word)
        -> Word
    {
        let words = Word.allCases.map(\.rawValue).joined(separator: ", ")
        return self.value(setting, default: standard, shown: standard.rawValue, rule: "one of \(words)") {
            Word(rawValue: $0.lowercased())
        }
    }

    mutating func flag(_ setting: Setting, default standard: Bool) -> Bool {
        self.value(setting, default: standard, shown: "\(standard)", rule: "true or false") {
            switch $0.lowercased() {
            case "true", "yes", "1", "on": true
            case "false", "no", "0", "off": false
            default: nil
            }
        }
    }

    mutating func number(_ setting: Setting, default standard: Int, in range: ClosedRange<Int>) -> Int {
        let rule = "a whole number from \(range.lowerBound) to \(range.upperBound)"
        return self.value(setting, default: standard, shown: "\(standard)", rule: rule) {
            Int(digits: $0).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// A secret that a request has to bring; `nil` when there is none or it is not what it must be.
    mutating func token(_ setting: Setting, lengths: ClosedRange<Int>) -> Secret? {
        guard let token = self.secret(setting) else { return nil }
        guard token.value.isVisibleASCII(maximumLength: lengths.upperBound),
            token.value.utf8.count >= lengths.lowerBound
        else {
            self.complain(
                about: setting,
                "must be \(lengths.lowerBound) to \(lengths.upperBound) visible ASCII characters; "
                    + "`openssl rand -hex 32` makes one."
            )
            return nil
        }
        return token
    }

    mutating func duration(_ setting: Setting, default standard: Duration, in range: ClosedRange<Duration>) -> Duration
    {
        let (least, most) = (range.lowerBound.settingText, range.upperBound.settingText)
        let rule = "a time such as 500ms, 7s, 2m or 24h, from \(least) to \(most)"
        return self.value(setting, default: standard, shown: standard.settingText, rule: rule) {
            Duration(setting: $0).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// A name that Kafka accepts for topics: letters, digits, dots, dashes and underscores.
    mutating func name(_ setting: Setting, default standard: String, maximumLength: Int) -> String {
        self.value(
            setting,
            default: standard,
            shown: standard,
            rule: "1 to \(maximumLength) letters, digits, dots, dashes and underscores"
        ) { text in
            let isName = text.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2E
                    || $0 == 0x2D || $0 == 0x5F
            }
            return isName && text.utf8.count <= maximumLength && text != "." && text != ".." ? text : nil
        }
    }

    /// A path; whether there is a file is another question.
    mutating func path(_ setting: Setting) -> String? {
        guard let path = self.text(setting) else { return nil }
        guard path.isPath else {
            self.complain(about: setting, "must be a path of at most \(BoundedFile.maximumPathLength) bytes.")
            return nil
        }
        return path
    }
}

extension Int {
    /// A number of ASCII digits alone, 18 at most: no sign, no white space.
    init?(digits text: some StringProtocol) {
        guard (1...18).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        self.init(text)
    }
}

extension Duration {
    private static let units: [(suffix: String, milliseconds: Int)] = [
        ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
    ]
    /// The largest number before a unit.
    private static let maximumCount = 1_000_000_000

    /// `500ms`, `7s`, `2m`, `24h`, `3d`.
    init?(setting text: String) {
        for (suffix, milliseconds) in Self.units where text.hasSuffix(suffix) {
            guard let count = Int(digits: text.dropLast(suffix.count)), count <= Self.maximumCount else { continue }
            self = .milliseconds(count * milliseconds)
            return
        }
        return nil
    }

    /// As it would be set, in the largest unit that leaves no fraction.
    var settingText: String {
        let milliseconds = Int(self / .milliseconds(1))
        let unit = Self.units.last { milliseconds >= $0.milliseconds && milliseconds.isMultiple(of: $0.milliseconds) }
        return "\(milliseconds / (unit?.milliseconds ?? 1))\(unit?.suffix ?? "ms")"
    }
}
