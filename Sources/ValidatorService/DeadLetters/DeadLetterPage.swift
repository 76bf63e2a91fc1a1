import KafkaClient
package import LoginContracts

/// A page of a dead-letter topic: partition after partition, oldest first.
package struct DeadLetterPage {
    package private(set) var rows: [Row] = []
    /// The last row's place, when there are more behind it.
    package private(set) var nextAfter: DeadLetterPlace?
    /// Records that say they are markers and cannot be read.
    package private(set) var unreadableMarkers = 0

    package struct Row: Sendable {
        package var letter: StoredDeadLetter
        package var login: LoginPreview
        /// Where to and when it was replayed, from first to last.
        package var replays: [(destination: String, at: Timestamp)] = []
    }

    /// Reads a page. Every partition is read to its end as soon as one of its letters is on the page, because what says
    /// that a letter was replayed stands behind it.
    ///
    /// - Parameters:
    ///   - after: where the page before ended.
    ///   - limit: rows of the page.
    ///   - progress: hears how many offsets have been looked at.
    package init(
        of topic: DeadLetterTopic,
        _ selection: DeadLetterSelection,
        after: DeadLetterPlace? = nil,
        limit: Int,
        progress: (_ done: Int64, _ total: Int64) -> Void = { _, _ in }
    ) throws {
        var ranges = try topic.ranges(of: selection)
        if let after {
            ranges = ranges.filter { $0.topicPartition.partition >= after.partition }.map {
                $0.topicPartition.partition == after.partition ? $0.clamped(from: after.offset + 1) : $0
            }
        }
        let total = ranges.reduce(0) { $0 + $1.count }
        var done: Int64 = 0
        for range in ranges where self.nextAfter == nil {
            try self.read(range, of: topic, selection, limit: limit) { progress(done + $0, total) }
            done += range.count
        }
    }

    private mutating func read(
        _ range: KafkaOffsetRange,
        of topic: DeadLetterTopic,
        _ selection: DeadLetterSelection,
        limit: Int,
        progress: (Int64) -> Void
    ) throws {
        let first = self.rows.count
        var seen: Int64 = 0
        try topic.read(range) { content in
            seen += 1
            progress(seen)
            switch content {
            case .letter(let letter, let login):
                guard self.nextAfter == nil, selection.contains(letter, login) else { break }
                if self.rows.count < limit {
                    self.rows.append(Row(letter: letter, login: login))
                } else {
                    self.nextAfter = self.rows.last.map {
                        DeadLetterPlace(partition: $0.letter.place.partition, offset: $0.letter.offset)
                    }
                }
            case .replayMarker(let marker): self.note(marker, from: first)
            case .unreadable: self.unreadableMarkers += 1
            }
            let isDone = self.nextAfter != nil && self.rows.count == first
            return isDone ? .stop : .nextRecord
        }
    }

    private mutating func note(_ marker: ReplayMarker, from first: Int) {
        for index in self.rows.indices[first...] where marker.offsets.contains(self.rows[index].letter.offset) {
            self.rows[index].replays.append((marker.destination, marker.replayedAt))
        }
    }
}

/// A place in the dead-letter topic.
package struct DeadLetterPlace: Hashable, Sendable, CustomStringConvertible {
    package var partition: Int32
    package var offset: Int64

    package init(partition: Int32, offset: Int64) {
        self.partition = partition
        self.offset = offset
    }

    package var description: String { "\(self.partition)/\(self.offset)" }
}
