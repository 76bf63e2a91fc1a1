/// When a failed attempt is made again, and when no more.
package struct RetryPolicy: Hashable, Sendable {
    /// The cap of the first back-off; it doubles with each attempt.
    package var base: Duration = .milliseconds(200)
    /// No back-off is longer, unless the platform asks for one (`Retry-After`).
    package var maximumBackOff: Duration = .seconds(10)
    /// No request of the platform's to wait is honoured beyond this.
    package var maximumRetryAfter: Duration = .seconds(60)
    /// An event is undetermined after this many attempts that failed *while other calls succeeded*.
    ///
    /// A failure counts when another call brought a usable answer since this event's attempt before it. Attempts that
    /// fail while everything fails are the platform's trouble or ours, and do not count: the event waits it out,
    /// however long that takes.
    package var maximumIndividualFailures = 8

    package init() {}

    /// Full jitter: uniformly from 0 to the capped exponential back-off, but never before the platform's own word.
    ///
    /// - Parameter attempt: how many attempts were made, from 1.
    func delay(
        afterAttempt attempt: Int,
        retryAfter: Duration?,
        using random: inout some RandomNumberGenerator
    ) -> Duration {
        var cap = self.base
        var doublings = attempt - 1
        while doublings > 0, cap < self.maximumBackOff {
            cap *= 2
            doublings -= 1
        }
        cap = min(cap, self.maximumBackOff)
        let jitter = cap * Double.random(in: 0...1, using: &random)
        guard let retryAfter else { return jitter }
        return min(retryAfter, self.maximumRetryAfter) + jitter
    }
}
