/// Counts of times in microseconds, for percentiles in memory that does not grow with the trail.
///
/// A time falls into one of 64 equal parts between a power of two and the next, so a percentile is at most 1.6 % above
/// the exact one; below 128 µs it is exact.
struct LatencyHistogram: Hashable, Sendable {
    private var counts = [Int64](repeating: 0, count: Self.bucketCount)
    private(set) var count: Int64 = 0
    private(set) var maximum: Int64 = 0

    /// 64 parts for each power of two above the first 64 values, up to 2^63.
    private static let bucketCount = 64 * 58

    /// Adds a time in microseconds; a negative one counts as 0.
    mutating func add(_ microseconds: Int64) {
        let value = max(microseconds, 0)
        self.counts[Self.bucket(of: value)] += 1
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
            if seen >= rank { return min(Self.highest(in: bucket), self.maximum) }
        }
        return self.maximum
    }

    private static func bucket(of value: Int64) -> Int {
        guard value >= 64 else { return Int(value) }
        // 2^shift values share a bucket: 6 bits behind the leading one tell the part.
        let shift = 63 - value.leadingZeroBitCount - 6
        return 64 * (shift + 1) + Int(value >> Int64(shift)) - 64
    }

    private static func highest(in bucket: Int) -> Int64 {
        guard bucket >= 64 else { return Int64(bucket) }
        let shift = Int64(bucket / 64 - 1)
        let part = Int64(bucket % 64 + 64)
        return (part << shift) | ((1 << shift) - 1)
    }
}
