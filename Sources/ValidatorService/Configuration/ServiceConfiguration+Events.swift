import LoginContracts

extension ServiceConfiguration {
    mutating func readEventsAndOutcomes(_ reader: inout SettingReader) {
        let ages: ClosedRange<Duration> = .seconds(1)...(.seconds(365 * 86_400))
        let rule = "off, or a time such as 10m or 24h, from 1s to 365d"
        self.events.maximumAge = reader.value(.maximumAge, default: nil, shown: "off", rule: rule) { text in
            if text.lowercased() == "off" { return .some(nil) }
            return Duration(setting: text).flatMap { ages.contains($0) ? .some(.some($0)) : nil }
        }
        self.outcomes.mode = reader.word(.outcomesFormat, default: OutcomeEncoder.Mode.binary)
        self.outcomes.source = reader.value(
            .outcomesSource,
            default: self.outcomes.source,
            shown: self.outcomes.source,
            rule: "a URI reference of 1 to 256 visible ASCII characters, without <, >, \", \\, ^, `, {, | and }"
        ) { text in
            text.isVisibleASCII(maximumLength: 256) && !text.utf8.contains(where: "<>\"\\^`{|}".utf8.contains)
                ? text : nil
        }
        self.outcomes.publishesPasses = reader.flag(.publishPasses, default: self.outcomes.publishesPasses)
        self.outcomes.publishesRedirects = reader.flag(.publishRedirects, default: self.outcomes.publishesRedirects)
    }
}
