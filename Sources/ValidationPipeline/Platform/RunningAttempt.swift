/// A call to the platform that is under way, with all that has to be given back when it ends.
///
/// Kept apart from its flight, which may be gone by then: its partition can be revoked meanwhile.
struct RunningAttempt {
    let login: IncomingLogin
    let app: AppTraffic
    let host: HostTraffic
    let start: Duration
    let role: MassKickGuard.Role
    let hostTicket: CircuitBreaker.Ticket
    let appTicket: CircuitBreaker.Ticket
    /// Whether it takes a place of the host's ``CredentialBudget``.
    let isReserved: Bool

    /// Whether it began after the app's last answer that points at its credentials was known.
    var isAfterWatchedAnswers: Bool { self.app.lastWatched.map { $0 <= self.start } ?? true }

    /// Gives back its places in the app's and the host's counts of calls.
    func releasePlaces() {
        self.app.attempts -= 1
        if self.isReserved { self.host.credentialBudget.release() }
    }
}
