import GRDB
import LoginContracts

extension TrailReader {
    /// How many entries ``forEach(_:ascending:_:)`` holds in memory, and reads in one transaction.
    static let entriesPerStep = 1000

    /// A page of the entries that meet the query, newest first.
    ///
    /// Paging by ``TrailPage/nextAfter`` shows every entry once, also while the trail grows.
    package func entries(_ query: TrailQuery) throws(TrailError) -> TrailPage {
        try query.validate()
        var entries: [TrailEntry] = []
        // One more than wanted tells whether there is another page.
        let wanted = query.limit + 1
        let unseen = try self.descend(query) { query, bounds, database in
            let maximum = wanted - entries.count
            try self.scan(EntryColumn.selection, query, bounds, .descending, maximum: maximum, database) {
                entries.append(try $0.trailEntry(path: self.path))
            }
            return entries.count < wanted
        }
        entries = try self.shown(entries)
        guard entries.count == wanted else { return TrailPage(entries: entries, nextAfter: unseen) }
        entries.removeLast()
        return TrailPage(entries: entries, nextAfter: entries.last?.index)
    }

    /// Hands over every entry that meets the query, one by one, in bounded memory.
    ///
    /// ``TrailQuery/limit`` and ``TrailQuery/maximumScan`` do not apply. Entries appended after the call began are left
    /// out. `body` runs between transactions, so it may take its time without making the WAL grow.
    ///
    /// - Parameters:
    ///   - ascending: Oldest first, as an export wants it; newest first otherwise.
    ///   - body: What it throws ends the walk and is rethrown.
    package func forEach(
        _ query: TrailQuery,
        ascending: Bool = false,
        _ body: (TrailEntry) throws -> Void
    ) throws {
        var query = query
        query.limit = TrailQuery.limits.upperBound
        query.maximumScan = nil
        try query.validate()
        var entries: [TrailEntry] = []
        entries.reserveCapacity(Self.entriesPerStep)
        try self.walk(
            EntryColumn.selection,
            query,
            ascending ? .ascending : .descending,
            step: Self.entriesPerStep,
            between: {
                for entry in try self.shown(entries) { try body(entry) }
                entries.removeAll(keepingCapacity: true)
            },
            row: { row, _ in
                let entry = try row.trailEntry(path: self.path)
                entries.append(entry)
                return entry.index
            }
        )
    }

    /// The entry of that number, `nil` when there is none yet.
    package func entry(at index: Int64) throws(TrailError) -> TrailEntry? {
        guard 0 <= index, index < .max else { return nil }
        return try self.read(at: index) { _, database in
            var entry: TrailEntry?
            var query = TrailQuery()
            query.kinds = Set(TrailQuery.Kind.allCases)
            let bounds = Bounds(lowest: index, highest: index)
            try self.scan(EntryColumn.selection, query, bounds, .descending, maximum: 1, database) {
                entry = try $0.trailEntry(path: self.path)
            }
            return try entry.flatMap { try self.shown([$0]).first }
        }
    }

    /// How many entries there are.
    package func count() throws(TrailError) -> Int64 {
        try self.read { try Self.count($0) }
    }

    /// The number of the newest entry, `nil` when there is none. Cheap enough to ask several times a second.
    package func latestIndex() throws(TrailError) -> Int64? {
        try self.read { try Self.latestIndex($0) }
    }
}
