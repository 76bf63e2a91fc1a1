import AuditTrail
import LoginContracts

/// The entries of several trails about one partition's records, offset by offset in ascending order.
///
/// Holds a page of each trail.
struct EntryStream {
    private let partition: SourcePartition
    private let clusterID: String
    private var cursors: [Cursor]

    /// Entries of a trail that are read at a time.
    static let pageLength = 1000

    private struct Cursor {
        let trail: Int
        let reader: TrailReader
        var page: ArraySlice<TrailRecord> = []
        var position = TrailRecord.Position.start
        var isAtEnd = false

        /// Reads on when everything has been handed over; afterwards the page is empty only at the end.
        mutating func fill(_ partition: SourcePartition, _ clusterID: String) throws {
            guard self.page.isEmpty, !self.isAtEnd else { return }
            let records = try self.reader.records(
                of: partition,
                clusterID: clusterID,
                from: self.position,
                limit: EntryStream.pageLength
            )
            self.page = records[...]
            if let last = records.last { self.position = .behind(last) }
            self.isAtEnd = records.count < EntryStream.pageLength
        }
    }

    init(_ trails: [TrailReader], partition: SourcePartition, clusterID: String) {
        self.partition = partition
        self.clusterID = clusterID
        self.cursors = trails.enumerated().map { Cursor(trail: $0.offset, reader: $0.element) }
    }

    /// The offset that ``next()`` is about; `nil` at the end.
    mutating func peek() throws -> Int64? {
        var lowest: Int64?
        for place in self.cursors.indices {
            try self.cursors[place].fill(self.partition, self.clusterID)
            guard let offset = self.cursors[place].page.first?.offset else { continue }
            lowest = min(lowest ?? offset, offset)
        }
        return lowest
    }

    /// All entries about the lowest offset that is left, those of one trail behind those of another.
    mutating func next() throws -> [RecordComparison.Candidate] {
        guard let offset = try self.peek() else { return [] }
        var entries: [RecordComparison.Candidate] = []
        for place in self.cursors.indices {
            while let record = self.cursors[place].page.first, record.offset == offset {
                entries.append(RecordComparison.Candidate(trail: self.cursors[place].trail, record: record))
                self.cursors[place].page.removeFirst()
                try self.cursors[place].fill(self.partition, self.clusterID)
            }
        }
        return entries
    }
}
