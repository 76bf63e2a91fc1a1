import LoginContracts
import Testing

@testable import AuditTrail

/// Sums and percentiles that stay small and true.
struct StatisticsTests {
    @Test(arguments: [1, 64, 1000, 100_000, 10_000_000, Int64.max])
    func aPercentileIsAtMostAFiftiethTooHigh(scale: Int64) {
        var random = SeededGenerator(state: UInt64(scale))
        var histogram = LatencyHistogram()
        var values: [Int64] = []
        for _ in 0..<1000 {
            let value = Int64.random(in: 0...scale, using: &random)
            histogram.add(value)
            values.append(value)
        }
        values.sort()
        for (percent, rank) in [(50.0, 500), (95, 950), (99, 990), (100, 1000), (0.1, 1)] {
            let exact = values[rank - 1]
            let estimate = histogram.percentile(percent) ?? -1
            #expect(estimate >= exact)
            #expect(estimate - exact <= exact / 50)
        }
        #expect(histogram.maximum == values.last)
    }

    @Test(arguments: [Int64(4), 6])
    func aCoarserHistogramIsSoMuchLessExact(precision: Int64) {
        for value in [0, 1, 15, 16, 63, 64, 65, 1000, 123_456, 10_000_000_000, Int64.max] {
            var histogram = LatencyHistogram(precision: precision)
            histogram.add(value)
            // Above the value, so that the maximum does not hide what the bucket makes of it.
            histogram.add(.max)
            let estimate = histogram.percentile(50) ?? -1
            #expect(estimate >= value && estimate - value <= value >> precision)
        }
    }

    @Test func latenciesAndKicksAreSummedUpByGroup() throws {
        let folder = try TemporaryFolder()
        let writer = try TrailWriter(folder)
        let hour: Int64 = 3_600_000
        _ = try writer.append(
            (Int64(0)..<40).map { offset in
                var entry = ValidationEntry.sample(offset)
                entry.recordedAt = Timestamp(hour * (offset / 20))
                entry.kgAppId = offset % 2 == 0 ? "even" : "odd"
                entry.decision = offset % 4 == 0 ? .kick : .pass
                entry.reason = offset % 4 == 0 ? .tokenInvalid : nil
                entry.platformLatency = offset == 39 ? nil : .microseconds(offset < 20 ? 10 : 1000)
                return entry
            }
        )
        let statistics = try TrailReader(path: folder.database).statistics(TrailQuery())
        #expect(statistics.kicks == [Timestamp(0): 5, Timestamp(hour): 5])
        let latencies = statistics.latencies
        #expect(latencies.hours[Timestamp(0)]?.maximum == .microseconds(10))
        #expect(latencies.hours[Timestamp(hour)]?.count == 19)
        #expect(latencies.decisions[.kick]?.count == 10 && latencies.decisions[.pass]?.count == 29)
        #expect(latencies.reasons.keys.elementsEqual([.tokenInvalid]))
        #expect(latencies.apps["odd"]?.p50 == .microseconds(10) && latencies.apps["even"]?.count == 20)
        #expect(statistics.platformLatency?.count == 39)
    }

    @Test func anEmptyHistogramHasNoPercentile() {
        var histogram = LatencyHistogram()
        #expect(histogram.percentile(50) == nil)
        histogram.add(-5)
        #expect(histogram.percentile(50) == 0)
    }

    @Test func moreAppsThanThereIsRoomForAreCountedTogether() throws {
        let folder = try TemporaryFolder()
        let writer = try TrailWriter(folder)
        let entries = (Int64(0)..<Int64(TrailStatistics.maximumApps) + 5).map { offset in
            var entry = ValidationEntry.sample(offset)
            entry.kgAppId = "app \(offset)"
            return entry
        }
        _ = try writer.append(entries)
        let statistics = try TrailReader(path: folder.database).statistics(TrailQuery())
        #expect(statistics.apps.count == TrailStatistics.maximumApps)
        #expect(statistics.otherApps == 5)
        #expect(statistics.validations == Int64(entries.count))
    }

    @Test func anEmptyTrailSumsToNothing() throws {
        let folder = try TemporaryFolder()
        try TrailWriter(folder).close()
        #expect(try TrailReader(path: folder.database).statistics(TrailQuery()) == TrailStatistics())
    }
}
