/// How many calls to one platform host may be under way at a time, found out from how it answers.
///
/// It starts low and doubles with every window of answers while they are as fast as before (slow start). At the first sign
/// of trouble it goes over to careful steps: up by one for a window of quick answers, down by a tenth for a window of slow
/// ones, down by half for time-outs and refusals. Only a limit that is used grows, so that a quiet hour does not end in a
/// stampede.
///
/// Slow is measured against ``baseline``, the latency of an unhurried platform. It follows faster windows, but slower ones
/// only while the limit is no higher than at the start: a limit that is too high must not get used to the queue it makes.
/// So a platform that stays slower brings the limit down first, is then taken for the new normal, and the limit grows again.
package struct ConcurrencyLimiter {
    private let configuration: Configuration
    /// Whole calls are allowed; the fraction is progress towards the next.
    private var exactLimit: Double
    /// Calls under way.
    package private(set) var running = 0
    /// Seconds; `nil` before the first window is complete.
    private(set) var baseline: Double?
    private var window = Window()
    private var isStartingUp = true
    /// Calls that began before the last cut cannot have known of it.
    private var lastCut: Duration?

    package struct Configuration: Hashable, Sendable {
        /// Where it starts, and starts again after an outage; at most ``maximum``.
        package var initial = 8
        /// It never falls below; from 1 to ``maximum``.
        package var minimum = 1
        package var maximum = 64
        /// A window is slow when its mean exceeds this many times the baseline ...
        package var slowFactor = 2.0
        /// ... by more than this; below it, differences are noise of this host.
        package var slowMargin: Duration = .milliseconds(10)

        package init() {}

        fileprivate var start: Double { Double(min(max(self.initial, self.minimum), self.maximum)) }
    }

    /// How a call ended, as far as it says something about the load.
    package enum Ending: Hashable, Sendable {
        case answered(latency: Duration)
        /// A time-out, a refused or broken connection, or an answer by which the platform says that it has too much to do.
        case overloaded
    }

    private struct Window {
        var count = 0
        var seconds = 0.0
        var peak = 0
    }

    package init(_ configuration: Configuration) {
        precondition(1 <= configuration.minimum && configuration.minimum <= configuration.maximum)
        self.configuration = configuration
        self.exactLimit = configuration.start
    }

    /// Calls that may be under way, from 1.
    package var limit: Int { Int(self.exactLimit) }

    var permission: Permission { self.running < self.limit ? .now : .afterAnEvent }

    mutating func began() {
        self.running += 1
        self.window.peak = max(self.window.peak, self.running)
    }

    /// A call that began at `start` has ended.
    mutating func ended(_ ending: Ending, start: Duration, now: Duration) {
        self.running -= 1
        switch ending {
        case .answered(let latency):
            self.window.count += 1
            self.window.seconds += latency.seconds
            if self.window.count >= max(Self.minimumWindow, self.limit) { self.closeWindow() }
        case .overloaded:
            self.isStartingUp = false
            self.window = Window(peak: self.running)
            if let lastCut, start <= lastCut { return }
            self.lastCut = now
            self.resize(to: self.exactLimit / 2)
        }
    }

    /// The host is back after an outage: what was learned before it says nothing any more about how much it bears.
    mutating func startAgain() {
        self.exactLimit = self.configuration.start
        self.isStartingUp = true
        self.window = Window(peak: self.running)
    }

    /// Few answers have no meaningful mean.
    private static let minimumWindow = 16
    /// How far the baseline follows a window.
    private static let baselineStep = 0.2

    private mutating func closeWindow() {
        let mean = self.window.seconds / Double(self.window.count)
        let isUsed = self.window.peak >= self.limit
        self.window = Window(peak: self.running)
        guard let baseline else {
            self.baseline = mean
            if isUsed { self.grow() }
            return
        }
        if mean > baseline * self.configuration.slowFactor + self.configuration.slowMargin.seconds {
            self.isStartingUp = false
            self.resize(to: self.exactLimit * 0.9)
        } else if isUsed {
            self.grow()
        }
        if mean < baseline || self.exactLimit <= self.configuration.start {
            self.baseline = baseline + (mean - baseline) * Self.baselineStep
        }
    }

    private mutating func grow() {
        self.resize(to: self.isStartingUp ? self.exactLimit * 2 : self.exactLimit + 1)
    }

    private mutating func resize(to limit: Double) {
        self.exactLimit = min(max(limit, Double(self.configuration.minimum)), Double(self.configuration.maximum))
    }
}

extension Duration {
    /// In seconds, with the fraction.
    var seconds: Double {
        let (seconds, attoseconds) = self.components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}
