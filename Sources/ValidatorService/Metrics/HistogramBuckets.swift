/// The upper bounds of a histogram's buckets, ascending; what lies above the last is only in `+Inf`.
package struct HistogramBuckets: Hashable, Sendable {
    package let bounds: [Double]

    /// Buckets of a histogram, at most, `+Inf` left out.
    static let maximumBuckets = 64

    package init(_ bounds: [Double]) {
        precondition(bounds.count <= Self.maximumBuckets && zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 })
        self.bounds = bounds
    }

    /// Seconds, 0.5 ms to 10 s: calls over a network and writes to a disk.
    package static let latency = HistogramBuckets([
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ])
    /// Seconds, 1 ms to an hour: how long events wait, outages included.
    package static let waiting = HistogramBuckets([
        0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600,
    ])
    /// Counts, 1 to 5000: records in a batch.
    package static let sizes = HistogramBuckets([1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000])

    /// The position of the bucket that `value` belongs to; `bounds.count` is `+Inf`.
    func position(of value: Double) -> Int {
        var low = 0
        var high = self.bounds.count
        while low < high {
            let middle = (low + high) / 2
            if value <= self.bounds[middle] { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
