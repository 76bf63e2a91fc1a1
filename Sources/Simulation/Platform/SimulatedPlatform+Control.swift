import Synchronization

extension SimulatedPlatform {
    /// How the platform is doing. A change counts for requests that arrive after it.
    package var control: PlatformControl {
        get { self.state.withLock { $0.control } }
        set { self.state.withLock { $0.control = newValue } }
    }

    /// What the platform was asked and how it answered, since the start or the last ``resetCounters()``.
    package var statistics: PlatformStatistics {
        self.state.withLock { $0.ledger.totals }
    }

    /// How often a token was asked about, whatever the answer.
    ///
    /// 0 for a token beyond the first 250,000, which are counted one by one; then
    /// ``PlatformStatistics/uncountedRequests`` is not 0.
    package func requests(forToken token: String) -> Int {
        self.state.withLock { $0.ledger.requests(forToken: token) }
    }

    /// Starts all counting again, and with it what flaky tokens have behind them.
    package func resetCounters() {
        self.state.withLock { $0.ledger.reset() }
    }
}
