extension MassKickGuard {
    /// The thresholds. What they do in numbers is shown by the simulation of a day in the tests.
    package struct Configuration: Hashable, Sendable {
        /// Kicks beyond the expected from which on further ones are withheld until it is clear what they are.
        ///
        /// Also the most that a surge publishes before it is noticed. 1 or more.
        package var suspectKicks = 10
        /// Kicks beyond the expected that trip the guard; at least ``suspectKicks``.
        package var surgeKicks = 30
        /// Answers in a row that point at the app's credentials, without a 200 between them, that trip the guard.
        ///
        /// Stay well below ten: so many wrong-key calls in a minute get the caller's address blocked. 1 or more.
        package var wrongCredentialAnswers = 5
        /// All the calls in a minute that may turn out to carry wrong credentials, probes included, for each platform host.
        package var maximumWrongCredentialCalls = 9
        /// How long a kick is withheld before the platform is asked about the player again.
        package var suspicionPeriod: Duration = .seconds(30)
        /// While tripped, one waiting event is tried this often ...
        package var probeInterval: Duration = .seconds(20)
        /// ... or this often once a probe was answered without a kick.
        package var quickProbeInterval: Duration = .seconds(1)
        /// Probes in a row without a kick that release a surge.
        package var passesToRelease = 5
        /// After an operator's release kicks are accepted this long, whatever their number.
        package var acceptancePeriod: Duration = .seconds(600)

        package init() {}
    }
}
