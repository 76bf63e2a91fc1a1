import KafkaClient

/// Finds the records of the login events topic in offsets without an entry.
///
/// Beginning to read at an offset costs a round trip, so gaps that lie close together are read in one go.
struct GapReader {
    let reader: KafkaTopicReader
    /// What the partition holds.
    let extent: KafkaOffsetRange

    /// Gaps that are looked into together, and bound the memory they take.
    static let maximumGaps = 4096
    /// So many offsets between two gaps are rather read than skipped.
    static let maximumDistance: Int64 = 5000

    /// - Parameters:
    ///   - gaps: ascending.
    ///   - found: called for each record in one of them, ascending.
    func read(_ gaps: [Range<Int64>], _ found: (Int64) -> Void) throws {
        for batch in Self.batches(gaps) {
            guard let first = batch.first, let last = batch.last else { continue }
            var rest = batch
            try self.reader.read(self.extent.clamped(from: first.lowerBound, before: last.upperBound)) { record in
                while let gap = rest.first, gap.upperBound <= record.offset { rest.removeFirst() }
                if rest.first?.contains(record.offset) ?? false { found(record.offset) }
                return .nextRecord
            }
        }
    }

    /// The gaps, those together that are read in one go.
    static func batches(_ gaps: [Range<Int64>]) -> [ArraySlice<Range<Int64>>] {
        var batches: [ArraySlice<Range<Int64>>] = []
        var start = gaps.startIndex
        for place in gaps.indices.dropFirst()
        where gaps[place].lowerBound - gaps[place - 1].upperBound > Self.maximumDistance {
            batches.append(gaps[start..<place])
            start = place
        }
        if start < gaps.endIndex { batches.append(gaps[start...]) }
        return batches
    }
}
