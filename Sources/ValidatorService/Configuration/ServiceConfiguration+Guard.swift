import ValidationPipeline

extension ServiceConfiguration {
    mutating func readGuard(_ reader: inout SettingReader) {
        let standard = MassKickGuard.Configuration()
        self.massKickGuard.suspectKicks = reader.number(.suspectKicks, default: standard.suspectKicks, in: 1...1000)
        self.massKickGuard.surgeKicks = reader.number(.surgeKicks, default: standard.surgeKicks, in: 1...10_000)
        let wrong = 1...Self.maximumWrongCredentialCalls
        self.massKickGuard.wrongCredentialAnswers = reader.number(
            .wrongCredentialAnswers,
            default: standard.wrongCredentialAnswers,
            in: wrong
        )
        self.massKickGuard.maximumWrongCredentialCalls = reader.number(
            .wrongCredentialCalls,
            default: standard.maximumWrongCredentialCalls,
            in: wrong
        )
        self.massKickGuard.probeInterval = reader.duration(
            .probeInterval,
            default: standard.probeInterval,
            in: .milliseconds(100)...(.seconds(600))
        )
        self.massKickGuard.quickProbeInterval = min(standard.quickProbeInterval, self.massKickGuard.probeInterval)
        self.massKickGuard.acceptancePeriod = reader.duration(
            .acceptancePeriod,
            default: standard.acceptancePeriod,
            in: .seconds(1)...(.seconds(86_400))
        )
        self.checkGuard(&reader)
    }

    /// The platform blocks an address at the tenth in a minute.
    private static let maximumWrongCredentialCalls = 9

    private func checkGuard(_ reader: inout SettingReader) {
        let thresholds = self.massKickGuard
        if thresholds.suspectKicks > thresholds.surgeKicks {
            reader.complain(
                about: .suspectKicks,
                "must be at most \(Setting.surgeKicks.name), which is \(thresholds.surgeKicks): kicks are withheld before "
                    + "the guard trips."
            )
        }
        guard thresholds.wrongCredentialAnswers <= thresholds.maximumWrongCredentialCalls else {
            reader.complain(
                about: .wrongCredentialAnswers,
                "must be at most \(Setting.wrongCredentialCalls.name), which is "
                    + "\(thresholds.maximumWrongCredentialCalls): so many answers have to come before the guard trips."
            )
            return
        }
        let probes = Int((Duration.seconds(60) / thresholds.probeInterval).rounded(.up))
        let calls = thresholds.wrongCredentialAnswers + probes
        guard calls > thresholds.maximumWrongCredentialCalls else { return }
        reader.warnings.append(
            "\(Setting.wrongCredentialAnswers.name) and a probe every \(Setting.probeInterval.name) could be \(calls) calls "
                + "with wrong credentials in a minute, and the platform blocks an address at the tenth; "
                + "\(Setting.wrongCredentialCalls.name) ends them at \(thresholds.maximumWrongCredentialCalls), so probes "
                + "will wait."
        )
    }
}
