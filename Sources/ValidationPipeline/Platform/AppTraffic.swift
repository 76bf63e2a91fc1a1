import DequeModule

/// What the engine knows of one app: who waits, whether its credentials are good, and whether its kicks look like the
/// players' doing.
///
/// A class, like ``HostTraffic``. There is one for each app that has credentials and has had an event.
final class AppTraffic {
    let kgAppId: String
    /// Where its players are validated; another one after its base URL was changed.
    var host: HostTraffic
    /// Flights that wait for an attempt.
    var waiting = Deque<FlightID>()
    /// Flights with a kick that is not final yet.
    var withheld: [FlightID] = []
    var massKickGuard: MassKickGuard
    /// For what concerns this app and not its host: its maintenance, a wrong path of its base URL.
    var breaker: CircuitBreaker
    /// Whether the last answer that told something about the credentials was a 200.
    var hasProvenCredentials = false
    /// When the last answer came that points at the credentials: a 200 to an earlier call proves nothing against it.
    var lastWatched: Duration?
    /// Attempts under way, with such proof or without.
    var attempts = 0
    /// When a call last brought a usable answer: one app's wrong key says nothing about another's events.
    var lastSuccess: Duration?

    init(kgAppId: String, host: HostTraffic, configuration: PipelineConfiguration) {
        self.kgAppId = kgAppId
        self.host = host
        self.massKickGuard = MassKickGuard(configuration.guard)
        self.breaker = CircuitBreaker(configuration.breaker)
    }

    /// When the next of its flights may be tried.
    var permission: Permission {
        let permission = self.massKickGuard.permission.and(self.breaker.permission).and(self.host.permission)
        guard !self.hasProvenCredentials else { return permission }
        // No more at a time than it takes to trip the guard: what is left of the budget is for its probes. Calls that were
        // begun while the credentials were proven count: if a key was withdrawn, they are all about to fail.
        guard self.attempts < self.massKickGuard.watchedAnswersToTrip else { return .afterAnEvent }
        return permission.and(self.host.credentialBudget.permission)
    }
}
