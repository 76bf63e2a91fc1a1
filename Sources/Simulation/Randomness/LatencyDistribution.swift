import Foundation

/// How long a simulated platform takes to answer: log-normal, as answer times of busy servers roughly are.
package struct LatencyDistribution: Hashable, Sendable {
    /// Half of the answers take less.
    package var median: Duration
    /// One answer in a hundred takes longer.
    package var p99: Duration

    /// The longest a sample can be, however unlucky the draw.
    package static let maximum = Duration.seconds(60)

    /// `p99` is raised to `median` when it is shorter, and neither is negative.
    package init(median: Duration, p99: Duration) {
        self.median = max(median, .zero)
        self.p99 = max(p99, self.median)
    }

    /// Draws one answer time.
    package func sample(using random: inout SeededRandom) -> Duration {
        guard self.median > .zero else { return .zero }
        let (median, p99) = (self.median / .seconds(1), self.p99 / .seconds(1))
        let sigma = log(p99 / median) / Self.standardNormalP99
        let seconds = median * exp(sigma * random.standardNormal())
        return min(.seconds(seconds), Self.maximum)
    }

    /// The 99th percentile of the standard normal distribution.
    private static let standardNormalP99 = 2.326_347_874
}

extension SeededRandom {
    /// One value of the standard normal distribution, by Box and Muller's method.
    fileprivate mutating func standardNormal() -> Double {
        let radius = (-2 * log(1 - self.unit())).squareRoot()
        return radius * cos(2 * .pi * self.unit())
    }
}
