import Foundation

/// Notices that far more players are being kicked than usual: a one-sided cumulative sum test (CUSUM) over the answers.
///
/// ``score`` counts kicks beyond the expected ones. A kick adds 1; an answer without a kick takes away what makes the two
/// balance where "as usual" and "a surge" explain the answers equally well; below zero there is nothing to remember. So a
/// run of kicks trips after exactly as many kicks as the threshold says, whatever the usual share is, and a share well
/// below the balance never gets there: with the usual 2 % the balance is at 23 %, and the chance of any run up to a score of
/// 30 is below 10⁻²⁰. Scores fade with time, so that the kicks of one night are not held against the next morning.
struct SurgeDetector: Hashable {
    /// Kicks beyond the expected.
    private(set) var score = 0.0
    /// The usual share of kicks among answers, learned while there is no surge.
    private(set) var baseline = 0.02
    private var updated: Duration = .zero

    /// A share this many times the usual one is still as usual ...
    private static let tolerance = 2.0
    /// ... and so is any share below this. Single players with stale tokens are every day's business.
    private static let leastExpected = 0.05
    private static let mostExpected = 0.4
    /// The weight of one answer in the baseline: it follows some thousands of answers.
    private static let learningRate = 0.0005
    private static let mostLearned = 0.2
    /// The score falls to a 2.7th in this time when nothing happens.
    private static let fading: Duration = .seconds(300)

    /// The share of kicks that is taken for usual.
    private var expected: Double {
        min(max(self.baseline * Self.tolerance, Self.leastExpected), Self.mostExpected)
    }

    /// - Parameter learns: false while the answers may be a surge's.
    mutating func answered(isKick: Bool, learns: Bool, now: Duration) {
        self.fade(now: now)
        if isKick {
            self.score += 1
        } else {
            let surge = 0.5 + self.expected / 2
            let relief = log((1 - self.expected) / (1 - surge)) / log(surge / self.expected)
            self.score = max(0, self.score - relief)
        }
        guard learns else { return }
        self.baseline += ((isKick ? 1 : 0) - self.baseline) * Self.learningRate
        self.baseline = min(self.baseline, Self.mostLearned)
    }

    mutating func set(score: Double, now: Duration) {
        self.score = score
        self.updated = now
    }

    private mutating func fade(now: Duration) {
        if self.score > 0, now > self.updated {
            self.score *= exp(-(now - self.updated).seconds / Self.fading.seconds)
        }
        self.updated = now
    }
}
