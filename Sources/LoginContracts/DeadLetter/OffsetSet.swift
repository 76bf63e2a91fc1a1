/// Offsets of one partition, kept as the fewest ranges.
///
/// Takes 16 bytes a range, so a million neighbours cost as much as one.
package struct OffsetSet: Hashable, Sendable, CustomStringConvertible {
    /// Ascending, with a gap between each two.
    package private(set) var ranges: [ClosedRange<Int64>] = []

    package init() {}

    package var isEmpty: Bool { self.ranges.isEmpty }

    /// How many offsets there are; offsets are not negative, so it fits.
    package var count: Int64 { self.ranges.reduce(0) { $0 + ($1.upperBound - $1.lowerBound) + 1 } }

    package func contains(_ offset: Int64) -> Bool {
        let index = self.firstIndex(endingAtOrAfter: offset)
        return index < self.ranges.count && self.ranges[index].lowerBound <= offset
    }

    package mutating func insert(_ offset: Int64) { self.insert(offset...offset) }

    package mutating func insert(_ range: ClosedRange<Int64>) {
        precondition(range.lowerBound >= 0 && range.upperBound < .max, "An offset is from 0 on: \(range)")
        // Neighbours become one range.
        let first = self.firstIndex(endingAtOrAfter: max(0, range.lowerBound - 1))
        var end = first
        var merged = range
        while end < self.ranges.count, self.ranges[end].lowerBound <= range.upperBound + 1 {
            merged =
                min(
                    merged.lowerBound,
                    self.ranges[end].lowerBound
                )...max(merged.upperBound, self.ranges[end].upperBound)
            end += 1
        }
        self.ranges.replaceSubrange(first..<end, with: CollectionOfOne(merged))
    }

    /// `3..7, 9`
    package var description: String {
        self.ranges.map {
            $0.lowerBound == $0.upperBound ? "\($0.lowerBound)" : "\($0.lowerBound)..\($0.upperBound)"
        }.joined(separator: ", ")
    }

    private func firstIndex(endingAtOrAfter offset: Int64) -> Int {
        var low = 0
        var high = self.ranges.count
        while low < high {
            let middle = (low + high) / 2
            if self.ranges[middle].upperBound < offset { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
