import Simulation
import Testing

struct LatencyDistributionTests {
    @Test func samplesHaveTheirMedianAndNinetyNinthPercentile() {
        let distribution = LatencyDistribution(median: .milliseconds(20), p99: .milliseconds(200))
        var random = SeededRandom(seed: 7)
        let samples = (0..<20_000).map { _ in distribution.sample(using: &random) }.sorted()
        #expect((.milliseconds(19) ... .milliseconds(21)).contains(samples[10_000]))
        #expect((.milliseconds(170) ... .milliseconds(235)).contains(samples[19_800]))
        #expect(samples[0] > .zero)
    }

    @Test func seedRepeatsTheSamples() {
        let distribution = LatencyDistribution(median: .milliseconds(20), p99: .milliseconds(200))
        var (first, second, other) = (SeededRandom(seed: 7), SeededRandom(seed: 7), SeededRandom(seed: 8))
        let samples = (0..<10).map { _ in distribution.sample(using: &first) }
        #expect(samples == (0..<10).map { _ in distribution.sample(using: &second) })
        #expect(samples != (0..<10).map { _ in distribution.sample(using: &other) })
    }

    @Test func nonsenseDoesNotHurt() {
        var random = SeededRandom(seed: 7)
        #expect(LatencyDistribution(median: .seconds(-1), p99: .zero).sample(using: &random) == .zero)
        let steady = LatencyDistribution(median: .milliseconds(5), p99: .milliseconds(1))
        #expect(abs(steady.sample(using: &random) / .milliseconds(5) - 1) < 1e-6)
        let endless = LatencyDistribution(median: .seconds(1_000_000), p99: .seconds(1_000_000))
        #expect(endless.sample(using: &random) == LatencyDistribution.maximum)
    }
}
