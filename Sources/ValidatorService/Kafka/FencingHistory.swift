/// Tells an instance with the same transactional id from a stumble of our own.
///
/// A transaction that outlives `transaction.timeout.ms`, because the process was stopped or a broker stalled, is aborted by
/// the broker, which fences its producer too. That takes at least a transaction's time each, so several fencings within
/// one are somebody else: two instances that take the id from each other, each successful in between.
struct FencingHistory {
    /// The newest ones, at most ``maximum``.
    private var times: [ContinuousClock.Instant] = []

    /// Fencings within ``window`` that are too many.
    static let maximum = 3
    static let window: Duration = ExactlyOncePublisher.transactionTimeout

    /// - Returns: whether that is one too many.
    mutating func fenced(at now: ContinuousClock.Instant) -> Bool {
        self.times.removeAll { now - $0 >= Self.window }
        self.times.append(now)
        return self.times.count >= Self.maximum
    }
}
