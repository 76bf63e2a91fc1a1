/// How often an address may give a wrong token: a value that is told the time.
///
/// The token cannot be guessed anyway; this keeps the log and the processor free of attempts.
struct AttemptLimiter: Sendable {
    private var failures: [String: Failures] = [:]

    /// Wrong tokens of one address within ``window``.
    static let maximumFailures = 10
    static let window: Duration = .seconds(60)
    /// Addresses that are remembered; more push out the one that began longest ago.
    static let maximumAddresses = 1024

    private struct Failures {
        var count: Int
        let since: ContinuousClock.Instant
    }

    var count: Int { self.failures.count }

    /// Whether an address may try now.
    func allows(_ address: String, at now: ContinuousClock.Instant) -> Bool {
        guard let failures = self.failures[address], now - failures.since < Self.window else { return true }
        return failures.count < Self.maximumFailures
    }

    mutating func failed(_ address: String, at now: ContinuousClock.Instant) {
        if let failures = self.failures[address], now - failures.since < Self.window {
            self.failures[address]?.count = failures.count + 1
            return
        }
        if self.failures[address] == nil, self.failures.count >= Self.maximumAddresses {
            self.failures = self.failures.filter { now - $0.value.since < Self.window }
            if self.failures.count >= Self.maximumAddresses,
                let oldest = self.failures.min(by: { $0.value.since < $1.value.since })?.key
            {
                self.failures[oldest] = nil
            }
        }
        self.failures[address] = Failures(count: 1, since: now)
    }

    mutating func succeeded(_ address: String) {
        self.failures[address] = nil
    }
}
