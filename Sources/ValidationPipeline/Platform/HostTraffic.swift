/// What the engine knows of one platform host: whether it answers, how much it bears, how often it may be called.
///
/// A class, because apps, and attempts that outlive their flights, refer to the same host. Only the state machine has
/// references to it.
final class HostTraffic {
    let name: String
    var breaker: CircuitBreaker
    var limiter: ConcurrencyLimiter
    var rate: CallRate?
    var credentialBudget: CredentialBudget

    init(name: String, configuration: PipelineConfiguration) {
        self.name = name
        self.breaker = CircuitBreaker(configuration.breaker)
        self.limiter = ConcurrencyLimiter(configuration.limiter)
        self.rate = configuration.maximumCallsPerSecond.map(CallRate.init)
        self.credentialBudget = CredentialBudget(maximum: configuration.guard.maximumWrongCredentialCalls)
    }

    /// When another call may be made.
    var permission: Permission {
        let permission = self.limiter.permission.and(self.breaker.permission)
        return self.rate.map { permission.and($0.permission) } ?? permission
    }
}
