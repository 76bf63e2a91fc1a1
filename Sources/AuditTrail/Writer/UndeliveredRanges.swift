/// The entries that no delivery covers yet, as ranges of their numbers in ascending order.
///
/// Kept in memory because SQL could only find the gaps between deliveries by reading all deliveries. In normal service
/// there is one range, the last commit cycle's; where several other entries lay between two deliveries when the trail
/// was opened, is one more.
struct UndeliveredRanges: Hashable, Sendable {
    /// Ascending, neither overlapping nor adjacent.
    private(set) var ranges: [ClosedRange<Int64>] = []

    /// Adds the next entries; their numbers are above all others.
    mutating func append(_ range: Range<Int64>) {
        guard !range.isEmpty else { return }
        guard let last = self.ranges.last else {
            self.ranges.append(ClosedRange(range))
            return
        }
        precondition(range.lowerBound > last.upperBound, "Entries are added in order: \(range) after \(last)")
        if last.upperBound + 1 == range.lowerBound {
            self.ranges[self.ranges.count - 1] = last.lowerBound...(range.upperBound - 1)
        } else {
            self.ranges.append(ClosedRange(range))
        }
    }

    /// Takes out what a delivery covers. Numbers that are not in here are no mistake: a service entry may lie between.
    mutating func remove(_ delivered: ClosedRange<Int64>) {
        let first = self.firstRange(endingAtOrAfter: delivered.lowerBound)
        var next = first
        var remaining: [ClosedRange<Int64>] = []
        while next < self.ranges.count, self.ranges[next].lowerBound <= delivered.upperBound {
            let range = self.ranges[next]
            if range.lowerBound < delivered.lowerBound {
                remaining.append(range.lowerBound...(delivered.lowerBound - 1))
            }
            if range.upperBound > delivered.upperBound {
                remaining.append((delivered.upperBound + 1)...range.upperBound)
            }
            next += 1
        }
        self.ranges.replaceSubrange(first..<next, with: remaining)
    }

    /// The place of the first range that does not end below `index`; ranges are many only after a long life.
    private func firstRange(endingAtOrAfter index: Int64) -> Int {
        var (low, high) = (0, self.ranges.count)
        while low < high {
            let middle = (low + high) / 2
            if self.ranges[middle].upperBound < index { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
