/// A ceiling of calls per second to one platform host.
///
/// Calls are spaced evenly, except that up to a tenth of a second's worth may come at once: the generic cell rate algorithm
/// (ITU-T I.371), which is a leaky bucket that needs no timer.
struct CallRate {
    /// Between two calls.
    private let interval: Duration
    private let burst: Duration
    /// When the next call would be due if all before it had come evenly.
    private var due: Duration = .zero

    /// - Parameter callsPerSecond: more than 0.
    init(callsPerSecond: Double) {
        precondition(callsPerSecond > 0)
        self.interval = .seconds(1 / callsPerSecond)
        self.burst = max(.zero, .milliseconds(100) - self.interval)
    }

    var permission: Permission { .at(self.due - self.burst) }

    mutating func began(now: Duration) {
        self.due = max(self.due, now) + self.interval
    }
}
