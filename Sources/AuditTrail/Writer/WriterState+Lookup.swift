import LoginContracts

extension WriterState {
    /// The source's row, `nil` when the trail has nothing from it.
    mutating func source(_ source: Source, _ connection: WritingConnection) throws(TrailError) -> SourceRow? {
        if let row = self.sources[source] { return row }
        let statement = try connection.statement(
            "SELECT id FROM sources WHERE cluster_id = ? AND topic = ? AND partition = ?"
        )
        defer { statement.reset() }
        statement.bind(source.clusterID, at: 1)
        statement.bind(source.partition.topic, at: 2)
        statement.bind(Int64(source.partition.partition), at: 3)
        guard try Self.next(statement, connection), let id = statement.integer(0) else { return nil }
        return self.remember(source, id: id)
    }

    mutating func remember(_ source: Source, id: Int64) -> SourceRow {
        let leaf = LeafSource(
            clusterID: source.clusterID,
            topic: source.partition.topic,
            partition: Int64(source.partition.partition)
        )
        let row = SourceRow(id: id, leaf: leaf)
        self.sources[source] = row
        return row
    }

    private mutating func sourceID(_ source: Source, _ connection: WritingConnection) throws(TrailError) -> Int64? {
        try self.source(source, connection)?.id
    }

    mutating func recordedThrough(clusterID: String, partition: SourcePartition) throws(TrailError) -> Int64? {
        let connection = try self.usableConnection()
        let source = Source(clusterID: clusterID, partition: partition)
        guard let id = try self.sourceID(source, connection) else { return nil }
        let own = try connection.integer("SELECT max(record_offset) FROM entries WHERE source_id = ?", binding: [id])
        return [own, self.baseOffsets[source]].compactMap { $0 }.max()
    }

    mutating func recorded(_ identities: [RecordIdentity]) throws(TrailError) -> RecordedEntries {
        let connection = try self.usableConnection()
        var found = RecordedEntries()
        var missed: [(identity: RecordIdentity, before: Int64)] = []
        for identity in identities {
            let source = Source(clusterID: identity.clusterID, partition: identity.partition)
            guard let sourceID = try self.sourceID(source, connection) else { continue }
            if let entry = try connection.recorded(identity, sourceID: sourceID) {
                found.entries[identity] = entry
            } else if let before = self.baseOffsets[source] {
                missed.append((identity, before))
            }
        }
        if !missed.isEmpty { try self.segments.find(missed, &found) }
        return found
    }

    /// The numbers of entries that are all in the trail, exactly as they are and one behind the other.
    ///
    /// - Returns: `nil` when the trail lacks one, has it under another's number, or has another decision on its record.
    mutating func numbers(of entries: [ValidationEntry]) throws(TrailError) -> Range<Int64>? {
        let recorded = try self.recorded(entries.map(\.identity)).entries
        guard let first = entries.first.flatMap({ recorded[$0.identity]?.index }) else { return nil }
        for (index, entry) in zip(first..., entries) {
            guard let found = recorded[entry.identity], found.index == index, found.entry == entry.asStored else {
                return nil
            }
        }
        return first..<(first + Int64(entries.count))
    }

    mutating func undelivered(
        clusterID: String,
        partition: SourcePartition,
        below offset: Int64?,
        limit: Int
    ) throws(TrailError) -> [(index: Int64, offset: Int64)] {
        guard limit > 0 else { throw TrailError(.invalid, "The limit of undelivered entries is at least 1.") }
        let connection = try self.usableConnection()
        let source = Source(clusterID: clusterID, partition: partition)
        guard let sourceID = try self.sourceID(source, connection) else { return [] }
        var found: [(index: Int64, offset: Int64)] = []
        for range in try self.undeliveredRanges(connection) where found.count < limit {
            found += try connection.rows(
                """
                SELECT "index", record_offset FROM entries
                WHERE "index" BETWEEN ? AND ? AND +source_id = ? AND record_offset < ?
                ORDER BY "index" LIMIT ?
                """,
                whenTryingTo: "read",
                binding: [
                    range.lowerBound, range.upperBound, sourceID, offset ?? .max, Int64(limit - found.count),
                ]
            ) { (index: $0.integer(0) ?? 0, offset: $0.integer(1) ?? 0) }
        }
        return found
    }

    /// The gaps between deliveries: read once, and kept up to date by every append from then on.
    mutating func undeliveredRanges(
        _ connection: WritingConnection
    ) throws(TrailError) -> [ClosedRange<Int64>] {
        if let undelivered { return undelivered.ranges }
        var ranges = UndeliveredRanges()
        var next = try connection.base.firstIndex
        let gaps = try connection.rows(
            """
            SELECT gap_first, first_index - 1, last_index + 1 FROM (
                SELECT first_index, last_index, lag(last_index, 1, ?) OVER (ORDER BY first_index) + 1 AS gap_first
                FROM deliveries
            ) AS gap
            LEFT JOIN entries AS e ON e."index" = gap_first
            WHERE gap_first < first_index AND (gap_first < first_index - 1 OR e.kind = 'validation')
                OR first_index = (SELECT max(first_index) FROM deliveries)
            """,
            whenTryingTo: "read",
            binding: [next - 1]
        ) { (first: $0.integer(0) ?? 0, last: $0.integer(1) ?? 0, next: $0.integer(2) ?? 0) }
        for gap in gaps {
            if gap.first <= gap.last { ranges.append(gap.first..<(gap.last + 1)) }
            next = gap.next
        }
        ranges.append(next..<self.nextIndex)
        self.undelivered = ranges
        return ranges.ranges
    }

    private static func next(_ statement: StatementHandle, _ connection: WritingConnection) throws(TrailError) -> Bool {
        do throws(StepFailure) {
            return try statement.step()
        } catch {
            throw connection.error(error, whenTryingTo: "read")
        }
    }
}

extension WritingConnection {
    /// The file's decision on a record.
    func recorded(_ identity: RecordIdentity, sourceID: Int64) throws(TrailError) -> RecordedEntry? {
        let statement = try self.statement(
            "\(EntryColumn.selection) WHERE e.source_id = ? AND e.record_offset = ? AND e.record_digest = ?"
        )
        defer { statement.reset() }
        statement.bind(sourceID, at: 1)
        statement.bind(identity.offset, at: 2)
        statement.bind(identity.digest.bytes, at: 3)
        do throws(StepFailure) {
            guard try statement.step() else { return nil }
        } catch {
            throw self.error(error, whenTryingTo: "read")
        }
        guard case .validation(let entry) = try statement.trailEntry(path: self.path) else { return nil }
        return entry
    }
}
