import GRDB
package import LoginContracts
import Synchronization

/// What a trail says about one record of Kafka: the part of an entry that can be held against Kafka.
package struct TrailRecord: Hashable, Sendable {
    /// The entry's number.
    package var index: Int64
    package var offset: Int64
    package var digest: RecordDigest
    package var recordedAt: Timestamp
    package var decision: Decision
    package var reason: DecisionReason?
    package var playerId: String?
    /// Whether ``playerId`` is all that there is to know; otherwise it is sealed, and the key is not at hand.
    package var isPlayerKnown = true
    /// What became of the outcome; `nil` while that is in doubt.
    package var delivery: EntryDelivery.State?
    /// The number of the entry that says so.
    package var deliveryIndex: Int64?

    package init(
        index: Int64,
        offset: Int64,
        digest: RecordDigest,
        recordedAt: Timestamp,
        decision: Decision,
        reason: DecisionReason? = nil,
        playerId: String? = nil,
        delivery: EntryDelivery.State? = nil,
        deliveryIndex: Int64? = nil
    ) {
        self.index = index
        self.offset = offset
        self.digest = digest
        self.recordedAt = recordedAt
        self.decision = decision
        self.reason = reason
        self.playerId = playerId
        self.delivery = delivery
        self.deliveryIndex = deliveryIndex
    }
}

extension TrailRecord {
    /// A place among the entries about a partition's records, which are in the order of offset and digest.
    package struct Position: Hashable, Sendable {
        fileprivate var offset: Int64
        fileprivate var digest: [UInt8]

        /// Before the first.
        package static let start = Position(offset: .min, digest: [])

        /// Before those about the record at an offset.
        package static func offset(_ offset: Int64) -> Position { Position(offset: offset, digest: []) }

        /// Behind an entry.
        package static func behind(_ record: TrailRecord) -> Position {
            Position(offset: record.offset, digest: record.digest.bytes)
        }
    }
}

extension TrailReader {
    /// The partitions that the trail has decided records of, and those of other topics or clusters as a number.
    package func partitions(
        clusterID: String,
        topic: String
    ) throws(TrailError) -> (ours: [SourcePartition], others: Int) {
        try self.read { database in
            let statement = try database.makeStatement(sql: "SELECT cluster_id, topic, partition FROM sources")
            let row = StatementHandle(pointer: statement.sqliteStatement)
            defer { row.reset() }
            var ours: [SourcePartition] = []
            var others = 0
            while try row.step() {
                guard row.text(0) == clusterID, row.text(1) == topic, let number = row.integer(2),
                    let partition = Int32(exactly: number)
                else {
                    others += 1
                    continue
                }
                ours.append(SourcePartition(topic: topic, partition: partition))
            }
            return (ours.sorted { $0.partition < $1.partition }, others)
        }
    }

    /// The entries about a partition's records, in the order of the records' offsets: a page of them.
    ///
    /// The index over records gives them in this order, so a walk through all pages needs no memory and no sorting.
    ///
    /// - Parameters:
    ///   - position: where the page begins.
    ///   - limit: at most so many.
    /// - Throws: ``TrailError/Code/corrupt`` for an entry that this program never writes.
    package func records(
        of partition: SourcePartition,
        clusterID: String,
        from position: TrailRecord.Position,
        limit: Int
    ) throws(TrailError) -> [TrailRecord] {
        for _ in 0..<Self.maximumAttempts {
            let (first, newest) = try self.read(at: .max) { part, database in
                (
                    part.indices.lowerBound,
                    try self.records(of: partition, clusterID: clusterID, from: position, limit: limit, database)
                )
            }
            let (chain, live) = try self.chain()
            // Otherwise the file was sealed meanwhile, and what was read of it is in a segment now.
            guard live.indices.lowerBound == first else { continue }
            var page = newest
            let source = WriterState.Source(clusterID: clusterID, partition: partition)
            for (file, offsets) in try self.segments(with: source, in: chain, from: position.offset) {
                // What a file has behind a full page comes with a later one, and so do the files behind it.
                if page.count == limit, let last = page.last, last.offset < offsets.lowerBound { break }
                page += try self.read(at: file.indices.lowerBound) { _, database in
                    try self.records(of: partition, clusterID: clusterID, from: position, limit: limit, database)
                }
                page.sort { left, right in
                    left.offset == right.offset
                        ? left.digest.bytes.lexicographicallyPrecedes(right.digest.bytes) : left.offset < right.offset
                }
                page.removeLast(max(0, page.count - limit))
            }
            return try self.shown(page)
        }
        throw TrailError(.locked, "The audit trail \(self.path) is sealed all the time: try again.")
    }

    /// The segments that have records of a source from an offset on, in the order of their first ones.
    private func segments(
        with source: WriterState.Source,
        in chain: SegmentChain,
        from offset: Int64
    ) throws(TrailError) -> [(file: SegmentFile, offsets: ClosedRange<Int64>)] {
        if let gap = chain.gaps.first { throw .missing(gap, path: self.path) }
        var segments: [(file: SegmentFile, offsets: ClosedRange<Int64>)] = []
        for file in chain.files {
            guard let offsets = try self.extents(of: file)[source]?.offsets, offsets.upperBound >= offset else {
                continue
            }
            segments.append((file, offsets))
        }
        return segments.sorted { $0.offsets.lowerBound < $1.offsets.lowerBound }
    }

    /// Which records a segment has. It never changes, and is read once.
    private func extents(of file: SegmentFile) throws(TrailError) -> [WriterState.Source: RecordExtent] {
        if let known = self.extents.withLock({ $0[file] }) { return known }
        let rows = try self.read(at: file.indices.lowerBound) { _, database in
            try database.rows(RecordExtent.selection) { RecordExtent.ofSource($0) }
        }
        let extents = Dictionary(rows, uniquingKeysWith: { first, _ in first })
        self.extents.withLock { $0[file] = extents }
        return extents
    }

    private func records(
        of partition: SourcePartition,
        clusterID: String,
        from position: TrailRecord.Position,
        limit: Int,
        _ database: Database
    ) throws -> [TrailRecord] {
        let statement = try database.cachedStatement(sql: Self.recordsOfASource)
        let row = StatementHandle(pointer: statement.sqliteStatement)
        defer { row.reset() }
        row.bind(clusterID, at: 1)
        row.bind(partition.topic, at: 2)
        row.bind(Int64(partition.partition), at: 3)
        row.bind(position.offset, at: 4)
        row.bind(position.digest, at: 5)
        row.bind(limit, at: 6)
        var records: [TrailRecord] = []
        records.reserveCapacity(limit)
        while try row.step() { records.append(try row.trailRecord(path: self.path)) }
        return records
    }

    /// The number of the oldest entry that is still there, or of the next one when all were removed; `nil` while there has
    /// been none.
    package func firstIndex() throws(TrailError) -> Int64? {
        let chain = try self.chain().chain
        if let first = chain.files.first { return first.indices.lowerBound }
        let first = try self.read { try Int64.fetchOne($0, sql: "SELECT min(\"index\") FROM entries") }
        // A file that was begun just now, behind nothing but removed entries, has none yet.
        return first ?? (chain.firstIndex > 0 ? chain.firstIndex : nil)
    }

    /// Whether the newest decisions below `index` have no delivery yet, as those of a running service's last commit have
    /// for a moment.
    package func hasUndeliveredEnd(below index: Int64) throws(TrailError) -> Bool {
        try self.read { database in
            try Bool.fetchOne(
                database,
                sql: """
                    SELECT EXISTS (
                        SELECT 1 FROM entries
                        WHERE "index" > (SELECT ifnull(max(last_index), -1) FROM deliveries) AND "index" < ?
                            AND kind = '\(EntryColumn.validationKind)'
                    )
                    """,
                arguments: [index]
            ) ?? false
        }
    }

    private static let recordsOfASource = """
        SELECT e."index", e.record_offset, e.record_digest, e.recorded_at, e.decision, e.reason, e.player_id,
            d.state, d.entry_index
        FROM entries AS e
        \(TrailSchema.deliveryJoin)
        WHERE e.source_id = (SELECT id FROM sources WHERE cluster_id = ? AND topic = ? AND partition = ?)
            AND (e.record_offset, e.record_digest) > (?, ?)
        ORDER BY e.record_offset, e.record_digest
        LIMIT ?
        """
}

extension StatementHandle {
    fileprivate func trailRecord(path: String) throws(TrailError) -> TrailRecord {
        guard let index = self.integer(0), let offset = self.integer(1),
            let digest = self.blob(2).flatMap(RecordDigest.init(bytes:)), let recordedAt = self.integer(3),
            let decision = self.text(4).flatMap(Decision.init(rawValue:))
        else {
            throw TrailError(
                .corrupt,
                "Entry \(self.integer(0) ?? -1) of the audit trail \(path) holds what this program never writes: run audit verify, and keep the file for examination."
            )
        }
        return TrailRecord(
            index: index,
            offset: offset,
            digest: digest,
            recordedAt: Timestamp(recordedAt),
            decision: decision,
            reason: self.text(5).flatMap(DecisionReason.init(rawValue:)),
            playerId: self.text(6),
            delivery: self.text(7).flatMap(EntryDelivery.State.init(rawValue:)),
            deliveryIndex: self.integer(8)
        )
    }
}
