/// Turns the texts of settings into values; what breaks a rule becomes a problem, and the default stands.
struct SettingReader {
    let layers: ConfigurationLayers
    var problems: [ConfigurationError.Problem]
    private(set) var values: [ServiceConfiguration.EffectiveValue] = []

    init(layers: ConfigurationLayers, problems: [ConfigurationError.Problem]) {
        self.layers = layers
        self.problems = problems
    }

    /// The text, remembered for `config show`.
    mutating func text(_ setting: Setting, default standard: String? = nil) -> String? {
        let found = self.layers.value(of: setting)
        let shown = found?.text ?? standard ?? ""
        self.values.append(
            .init(
                key: setting.key,
                environmentName: setting.name,
                value: setting.isSecret && !shown.isEmpty ? "<redacted>" : shown,
                origin: found?.origin ?? .default
            )
        )
        return found?.text ?? standard
    }

    /// - Parameter parse: `nil` breaks the rule.
    mutating func value<Value>(
        _ setting: Setting,
        default standard: Value,
        shown: String,
        rule: String,
        _ parse: (String) -> Value?
    ) -> Value {
        guard let text = self.text(setting, default: shown), text != shown else { return standard }
        guard let value = parse(text) else {
            let quoted = setting.isSecret ? "" : " It is \"\(text.prefix(60))\"."
            self.problems.append(.init(setting.name, "must be \(rule).\(quoted)"))
            return standard
        }
        return value
    }

    mutating func word<Word: RawRepresentable<String> & CaseIterable>(_ setting: Setting, default standard: Word)
        -> Word
    {
        let words = Word.allCases.map(\.rawValue).joined(separator: ", ")
        return self.value(setting, default: standard, shown: standard.rawValue, rule: "one of \(words)") {
            Word(rawValue: $0)
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
            Int($0).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    mutating func duration(
        _ setting: Setting,
        default standard: Duration,
        shown: String,
        in range: ClosedRange<Duration>
    ) -> Duration {
        let rule = "a time such as 500ms, 7s, 2m or 24h, from \(range.lowerBound) to \(range.upperBound)"
        return self.value(setting, default: standard, shown: shown, rule: rule) {
            Duration(setting: $0).flatMap { range.contains($0) ? $0 : nil }
        }
    }

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
}

extension Duration {
    /// `500ms`, `7s`, `2m`, `24h`, `3d`.
    init?(setting text: String) {
        let units: [(suffix: String, milliseconds: Int64)] = [
            ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
        ]
        for (suffix, milliseconds) in units where text.hasSuffix(suffix) {
            guard let count = Int64(text.dropLast(suffix.count)), count >= 0, count <= 1_000_000_000 else { continue }
            self = .milliseconds(count * milliseconds)
            return
        }
        return nil
    }
}
