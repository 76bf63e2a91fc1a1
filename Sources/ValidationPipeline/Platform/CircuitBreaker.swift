/// Stops calls to something that only fails, and finds out with single probes when it is back.
///
/// ```
/// closed ──(failures in a row)──▶ open ──(its wait is over)──▶ half-open ──(probes succeed)──▶ closed
///                                  ▲                               │
///                                  └───────(the probe fails)───────┘
/// ```
///
/// Only failures in a row open it: one event that always fails while others succeed never does. A late answer to a call
/// that was made before the last change of state says nothing about now and is ignored; ``Ticket`` tells.
package struct CircuitBreaker {
    package private(set) var state: State = .closed(failures: 0)
    private let configuration: Configuration
    /// Grows whenever the breaker opens or closes.
    private var period: UInt64 = 0

    package struct Configuration: Hashable, Sendable {
        /// Failures in a row that open it; at least 1.
        package var failuresToOpen = 10
        /// How long it is open at first; doubles with each failed probe.
        package var minimumWait: Duration = .milliseconds(500)
        /// The longest it is open between two probes, unless the platform asks for more (`Retry-After`). Short, because
        /// nobody is validated for so long after the platform is back.
        package var maximumWait: Duration = .seconds(5)
        /// Probes that succeed in a row before everything goes on.
        package var probesToClose = 2
        /// No request of the platform's to wait is honoured beyond this.
        package var maximumRetryAfter: Duration = .seconds(60)

        package init() {}
    }

    package enum State: Hashable, Sendable {
        case closed(failures: Int)
        case open(until: Duration, wait: Duration)
        case halfOpen(successes: Int, wait: Duration, isProbing: Bool)

        package var isClosed: Bool {
            if case .closed = self { return true }
            return false
        }
    }

    /// A call's permission, handed back with its result.
    package struct Ticket: Hashable, Sendable {
        fileprivate let period: UInt64
    }

    /// What a call says about the thing that is called.
    package enum Evidence: Hashable, Sendable {
        case success
        /// - Parameter retryAfter: how long it wants to be left alone.
        case failure(retryAfter: Duration? = nil)
        /// The call failed for a reason that says nothing about it.
        case none
    }

    package enum EndedAction: Hashable, Sendable {
        case none
        case opened
        case closed
    }

    package init(_ configuration: Configuration) {
        precondition(configuration.failuresToOpen > 0 && configuration.probesToClose > 0)
        self.configuration = configuration
    }

    package var isClosed: Bool { self.state.isClosed }

    /// When the next call may be made.
    var permission: Permission {
        switch self.state {
        case .closed: .now
        case .open(let until, _): .at(until)
        case .halfOpen(_, _, let isProbing): isProbing ? .afterAnEvent : .now
        }
    }

    /// A call that ``permission`` allows is made.
    mutating func began() -> Ticket {
        switch self.state {
        case .closed: break
        case .open(_, let wait): self.state = .halfOpen(successes: 0, wait: wait, isProbing: true)
        case .halfOpen(let successes, let wait, let isProbing):
            precondition(!isProbing, "One probe at a time.")
            self.state = .halfOpen(successes: successes, wait: wait, isProbing: true)
        }
        return Ticket(period: self.period)
    }

    /// A call has ended.
    ///
    /// - Parameter random: spreads the probes of many instances.
    mutating func ended(
        _ ticket: Ticket,
        _ evidence: Evidence,
        now: Duration,
        using random: inout some RandomNumberGenerator
    ) -> EndedAction {
        guard ticket.period == self.period else { return .none }
        switch (self.state, evidence) {
        case (.closed, .success):
            self.state = .closed(failures: 0)
            return .none
        case (.closed(let failures), .failure(let retryAfter)):
            self.state = .closed(failures: failures + 1)
            guard failures + 1 >= self.configuration.failuresToOpen else { return .none }
            self.open(for: self.configuration.minimumWait, retryAfter: retryAfter, now: now, using: &random)
            return .opened
        case (.closed, .none): return .none
        case (.halfOpen(let successes, let wait, _), .success):
            self.state = .halfOpen(successes: successes + 1, wait: wait, isProbing: false)
            guard successes + 1 >= self.configuration.probesToClose else { return .none }
            self.period += 1
            self.state = .closed(failures: 0)
            return .closed
        case (.halfOpen(_, let wait, _), .failure(let retryAfter)):
            let next = min(wait * 2, self.configuration.maximumWait)
            self.open(for: next, retryAfter: retryAfter, now: now, using: &random)
            return .none
        case (.halfOpen(let successes, let wait, _), .none):
            self.state = .halfOpen(successes: successes, wait: wait, isProbing: false)
            return .none
        case (.open, _): preconditionFailure("A call of an open breaker's period is its probe.")
        }
    }

    private mutating func open(
        for wait: Duration,
        retryAfter: Duration?,
        now: Duration,
        using random: inout some RandomNumberGenerator
    ) {
        self.period += 1
        let asked = min(retryAfter ?? .zero, self.configuration.maximumRetryAfter)
        let jittered = wait * Double.random(in: 0.5...1, using: &random)
        self.state = .open(until: now + max(jittered, asked), wait: wait)
    }
}
