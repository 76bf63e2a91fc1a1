import Foundation
import GRDB
import LoginContracts

extension RemovedStore {
    /// Adds what is needed of a segment that is about to be removed.
    ///
    /// - Parameters:
    ///   - part: the segment, whose first entry is the first that is not removed yet.
    ///   - successor: what the file behind it says of the entries before its own.
    ///   - entryFrom: the trail's next index.
    /// - Throws: ``TrailError/Code/corrupt`` when the segment and its neighbours do not belong together: then nothing is
    ///   kept, and nothing may be removed.
    func keep(
        _ part: TrailPart,
        before successor: TrailBase,
        policy: RetentionPolicy,
        archive: String?,
        entryFrom: Int64,
        at time: Timestamp
    ) throws(TrailError) -> Removal {
        try self.write { database in
            try part.pool.read { segment in
                let previous = try Self.removals(database, path: self.path).last
                let tree = try MerkleTree(
                    segment,
                    known: part.base.nodes,
                    leaves: "SELECT leaf_hash FROM entries WHERE \"index\" = ?"
                ) { .missing($0, path: part.path) }
                let end = try tree.frontier(size: part.indices.upperBound)
                let before = try Self.tree(database, below: part.indices.lowerBound, path: self.path)
                    .frontier(size: part.indices.lowerBound)
                guard before == part.base.tree, end == successor.tree else {
                    throw TrailError(
                        .corrupt,
                        "The segment \(part.path) does not fit to the files before and behind it, and is not removed: audit verify names what was changed."
                    )
                }
                try Self.copyNodes(part.indices, from: segment, tree, to: database)
                try Self.copyCheckpoints(part.indices, from: segment, to: database)
                try Self.copyRecords(part.indices.lowerBound, from: segment, to: database)
                let times = try TrailPart.times(segment)
                func removal(_ digest: MerkleHash) -> Removal {
                    Removal(
                        indices: part.indices,
                        removedAt: time,
                        earliest: times.earliest,
                        latest: times.latest,
                        reason: policy.reason,
                        archive: archive,
                        entryFrom: entryFrom,
                        root: end.root,
                        digest: digest
                    )
                }
                let digest = try Self.digest(of: removal(.ofEmptyTree), after: previous, database)
                try Self.insert(removal(digest), database)
                return removal(digest)
            }
        }
    }

    private static func insert(_ removal: Removal, _ database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO removals (
                    first_index, last_index, removed_at, earliest, latest, reason, archive, entry_from, root, digest
                ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                removal.indices.lowerBound, removal.indices.upperBound - 1, removal.removedAt.millisecondsSince1970,
                removal.earliest.millisecondsSince1970, removal.latest.millisecondsSince1970, removal.reason,
                removal.archive, removal.entryFrom, Data(removal.root.bytes), Data(removal.digest.bytes),
            ]
        )
    }

    /// The stored nodes, and the small ones around every size at which a proof may begin.
    private static func copyNodes(
        _ indices: Range<Int64>,
        from segment: Database,
        _ tree: MerkleTree<any Error>,
        to database: Database
    ) throws {
        let statement = try database.cachedStatement(
            sql: "INSERT OR IGNORE INTO tree_nodes (level, position, hash) VALUES (?, ?, ?)"
        )
        let insert = StatementHandle(pointer: statement.sqliteStatement)
        func keep(_ node: TreeNode, _ hash: MerkleHash) throws {
            defer { insert.reset() }
            insert.bind(node, hash)
            _ = try insert.step()
        }
        _ = try segment.rows("SELECT level, position, hash FROM tree_nodes") { row in
            guard let hash = row.hash(2) else { return }
            try keep(TreeNode(level: Int(row.integer(0) ?? 0), position: row.integer(1) ?? 0), hash)
        }
        func keepAround(_ size: Int64) throws {
            // A node is where its last leaf is.
            for node in TreeNode.around(size: size) where indices.contains(node.end - 1) {
                try keep(node, try tree.hash(node))
            }
        }
        try keepAround(indices.lowerBound)
        _ = try segment.rows("SELECT size FROM checkpoints") { try keepAround($0.integer(0) ?? 0) }
        try keepAround(indices.upperBound)
    }

    private static func copyCheckpoints(
        _ indices: Range<Int64>,
        from segment: Database,
        to database: Database
    ) throws {
        let statement = try database.cachedStatement(
            sql: "INSERT INTO checkpoints (note, verifier_key, signed_at, size) VALUES (?, ?, ?, ?)"
        )
        let insert = StatementHandle(pointer: statement.sqliteStatement)
        _ = try segment.rows("\(SignedCheckpoint.selection) WHERE size > ?", binding: [indices.lowerBound]) { row in
            defer { insert.reset() }
            insert.bind(row.text(0), at: 1)
            insert.bind(row.text(1), at: 2)
            insert.bind(row.integer(2), at: 3)
            insert.bind(row.integer(3), at: 4)
            _ = try insert.step()
        }
    }

    /// Which records the segment decided. A source has the same number in all files of a trail.
    private static func copyRecords(_ first: Int64, from segment: Database, to database: Database) throws {
        let sources = try segment.rows("SELECT id, cluster_id, topic, partition FROM sources ORDER BY id") {
            (id: $0.integer(0) ?? 0, clusterID: $0.text(1), topic: $0.text(2), partition: $0.integer(3))
        }
        for source in sources {
            try database.execute(
                sql: "INSERT OR IGNORE INTO sources (id, cluster_id, topic, partition) VALUES (?, ?, ?, ?)",
                arguments: [source.id, source.clusterID, source.topic, source.partition]
            )
            var run = DecidedRun(removal: first, sourceID: source.id)
            _ = try segment.rows(
                """
                SELECT record_offset, record_digest FROM entries INDEXED BY entries_by_record
                WHERE source_id = ? ORDER BY record_offset, record_digest
                """,
                binding: [source.id]
            ) { row in try run.add(row.integer(0) ?? 0, row.blob(1) ?? [], database) }
            try run.end(database)
        }
    }
}

/// Records of one source with consecutive offsets, gathered into a row of `decided_records`.
private struct DecidedRun {
    let removal: Int64
    let sourceID: Int64
    private var firstOffset: Int64 = 0
    private var digests: [UInt8] = []

    init(removal: Int64, sourceID: Int64) {
        self.removal = removal
        self.sourceID = sourceID
    }

    private var count: Int64 { Int64(self.digests.count / RemovedStore.digestLength) }

    /// - Parameter offset: not below the one before; the same again when a topic was made anew.
    mutating func add(_ offset: Int64, _ digest: [UInt8], _ database: Database) throws {
        if self.count == 0 || self.count == RemovedStore.maximumRun || offset != self.firstOffset + self.count {
            try self.end(database)
            self.firstOffset = offset
        }
        self.digests += digest.prefix(RemovedStore.digestLength)
    }

    mutating func end(_ database: Database) throws {
        guard !self.digests.isEmpty else { return }
        let statement = try database.cachedStatement(
            sql: "INSERT INTO decided_records (first_index, source_id, first_offset, digests) VALUES (?, ?, ?, ?)"
        )
        let insert = StatementHandle(pointer: statement.sqliteStatement)
        defer { insert.reset() }
        insert.bind(self.removal, at: 1)
        insert.bind(self.sourceID, at: 2)
        insert.bind(self.firstOffset, at: 3)
        insert.bind(self.digests, at: 4)
        _ = try insert.step()
        self.digests.removeAll(keepingCapacity: true)
    }
}

extension TrailPart {
    /// When the first and the last of a file's entries were recorded, by the clock.
    static func times(_ database: Database) throws -> (earliest: Timestamp, latest: Timestamp) {
        let rows = try database.rows(
            """
            SELECT min(earliest), max(latest) FROM (
                SELECT earliest, latest FROM time_ranges
                UNION ALL
                SELECT recorded_at, recorded_at FROM entries
                WHERE "index" > (SELECT ifnull(max(last_index), -1) FROM time_ranges)
            )
            """
        ) { (earliest: Timestamp($0.integer(0) ?? .max), latest: Timestamp($0.integer(1) ?? .max)) }
        return rows.first ?? (Timestamp(.max), Timestamp(.max))
    }
}
