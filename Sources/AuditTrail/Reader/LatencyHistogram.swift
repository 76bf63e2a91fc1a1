/// Counts of times in microseconds, for percentiles in memory that does not grow with the trail.
///
/// A time falls into one of 2^precision equal parts between a power of two and the next, so a percentile is at most
/// 1 / 2^precision above the exact one; below twice as many microseconds it is exact.
struct LatencyHistogram: Hashable, Sendable {
    /// As long as the longest time needs.
    private var counts: [Int64] = []
    private(set) var count: Int64 = 0
    private(set) var maximum: Int64 = 0
    private let precision: Int64

    /// - Parameter precision: 6 for percentiles that are at most 1.6 % too high, 4 for 6.3 % and a quarter of the memory.
    init(precision: Int64 = 6) {
        self.precision = precision
    }

    /// Adds a time in microseconds; a negative one counts as 0.
    mutating func add(_ microseconds: Int64) {
        let value = max(microseconds, 0)
        let bucket = self.bucket(of: value)
        if bucket >= self.counts.count {
            self.counts.append(contentsOf: repeatElement(0, count: bucket + 1 - self.counts.count))
        }
        self.counts[bucket] += 1
        self.count += 1
        self.maximum = max(self.maximum, value)
    }

    /// The time, in microseconds, that `percent` of the added times do not exceed; `nil` when there are none.
    func percentile(_ percent: Double) -> Int64? {
        guard self.count > 0 else { return nil }
        let rank = max(1, Int64((Double(self.count) * percent / 100).rounded(.up)))
        var seen: Int64 = 0
        for (bucket, count) in self.counts.enumerated() {
            seen += count
            if seen >= rank { return min(self.highest(in: bucket), self.maximum) }
        }
        return self.maximum
    }

    private func bucket(of value: Int64) -> Int {
        guard value >= 1 << self.precision else { return Int(value) }
        // 2^shift values share a bucket: the bits behind the leading one tell the part.
        let shift = 63 - Int64(value.leadingZeroBitCount) - self.precision
        return Int((shift << self.precision) + (value >> shift))
    }

    private func highest(in bucket: Int) -> Int64 {
        let bucket = Int64(bucket)
        guard bucket >= 1 << self.precision else { return bucket }
        let shift = (bucket >> self.precision) - 1
        let part = bucket - (shift << self.precision)
        return (part << shift) | ((1 << shift) - 1)
    }
}
