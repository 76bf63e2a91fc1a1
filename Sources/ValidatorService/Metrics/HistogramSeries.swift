import CoreMetrics
import Synchronization

/// One series of a histogram: timers, in seconds, and recorders that aggregate, in their own unit.
final class HistogramSeries: TimerHandler, RecorderHandler {
    let buckets: HistogramBuckets
    private let cells: [Cell]
    private let sum = AtomicDouble()

    private final class Cell: Sendable {
        let count = Atomic<Int64>(0)
    }

    /// What a scrape shows.
    ///
    /// The count is the sum of the buckets, so the two always agree; a value that is being recorded just now may be in
    /// the buckets and not yet in ``sum``.
    struct Snapshot: Hashable {
        /// One for each bound and one for `+Inf`, each with all below it.
        var cumulativeCounts: [Int64]
        var sum: Double
        var count: Int64 { self.cumulativeCounts.last ?? 0 }
    }

    init(buckets: HistogramBuckets) {
        self.buckets = buckets
        self.cells = (0...buckets.bounds.count).map { _ in Cell() }
    }

    var snapshot: Snapshot {
        var total: Int64 = 0
        let counts = self.cells.map { cell in
            total += cell.count.load(ordering: .relaxed)
            return total
        }
        return Snapshot(cumulativeCounts: counts, sum: self.sum.value)
    }

    func recordNanoseconds(_ duration: Int64) { self.record(Double(duration) / 1e9) }
    func record(_ value: Int64) { self.record(Double(value)) }

    /// What is not a number belongs to no bucket and is ignored.
    func record(_ value: Double) {
        guard !value.isNaN else { return }
        self.cells[self.buckets.position(of: value)].count.wrappingAdd(1, ordering: .relaxed)
        self.sum.add(value)
    }
}
