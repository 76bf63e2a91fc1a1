import Foundation
import GRDB
import LoginContracts

/// The file in which a trail goes on, made under another name while the one before is still the live one.
struct NextSegment {
    let trailID: String
    let createdAt: Timestamp
    let base: MerkleFrontier
    let sources: [Source]
    /// The newest one, so that the next is held against it without a look at other files.
    let checkpoint: SignedCheckpoint?

    struct Source {
        var id: Int64
        var clusterID: String
        var topic: String
        var partition: Int64
        /// The highest offset that the trail has of it, in any file.
        var lastOffset: Int64?
    }

    static func path(of live: TrailFile) -> String { live.path + ".next" }

    /// What goes on from where the connection's file ends.
    init(after connection: WritingConnection, end: MerkleFrontier, checkpoint: SignedCheckpoint?) throws(TrailError) {
        let trails = try connection.rows("SELECT id, created_at FROM trail", whenTryingTo: "read") {
            (id: $0.text(0) ?? "", createdAt: Timestamp($0.integer(1) ?? 0))
        }
        guard let trail = trails.first else { throw .brokenBase(path: connection.path) }
        self.trailID = trail.id
        self.createdAt = trail.createdAt
        self.base = end
        self.checkpoint = checkpoint
        self.sources = try connection.rows(
            """
            SELECT s.id, s.cluster_id, s.topic, s.partition, b.last_offset,
                (SELECT max(record_offset) FROM entries WHERE source_id = s.id)
            FROM sources AS s LEFT JOIN base_offsets AS b ON b.source_id = s.id ORDER BY s.id
            """,
            whenTryingTo: "read"
        ) { row in
            Source(
                id: row.integer(0) ?? 0,
                clusterID: row.text(1) ?? "",
                topic: row.text(2) ?? "",
                partition: row.integer(3) ?? 0,
                lastOffset: [row.integer(4), row.integer(5)].compactMap { $0 }.max()
            )
        }
    }

    /// Writes the file: complete, durable and without a WAL on return.
    func make(beside live: TrailFile) throws(TrailError) {
        let file = try TrailFile(path: Self.path(of: live))
        for suffix in ["", "-wal", "-shm", "-journal"] { unlink(file.path + suffix) }
        try file.createIfMissing()
        do {
            var configuration = Configuration()
            configuration.label = "audit-trail-next"
            let queue = try DatabaseQueue(path: file.path, configuration: configuration)
            try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = WAL") }
            try TrailSchema.migrator(trailID: self.trailID, createdAt: self.createdAt).migrate(queue)
            try queue.write { try self.fill($0) }
            // The only connection copies the WAL and removes it.
            try queue.close()
        } catch {
            throw TrailError(error, whenTryingTo: "begin another segment of", path: live.path)
        }
        try TrailFile.synchronizeUnopened(file.path)
    }

    private func fill(_ database: Database) throws {
        for source in self.sources {
            try database.execute(
                sql: "INSERT INTO sources (id, cluster_id, topic, partition) VALUES (?, ?, ?, ?)",
                arguments: [source.id, source.clusterID, source.topic, source.partition]
            )
            guard let offset = source.lastOffset else { continue }
            try database.execute(
                sql: "INSERT INTO base_offsets (source_id, last_offset) VALUES (?, ?)",
                arguments: [source.id, offset]
            )
        }
        try database.execute(sql: "INSERT INTO base (first_index) VALUES (?)", arguments: [self.base.count])
        for (node, hash) in zip(MerkleFrontier.subtrees(of: self.base.count), self.base.peaks) {
            try database.execute(
                sql: "INSERT INTO base_nodes (level, position, hash) VALUES (?, ?, ?)",
                arguments: [node.level, node.position, Data(hash.bytes)]
            )
        }
        if let checkpoint {
            try database.execute(
                sql: "INSERT INTO checkpoints (size, note, verifier_key, signed_at) VALUES (?, ?, ?, ?)",
                arguments: [
                    checkpoint.checkpoint.size, checkpoint.note, checkpoint.verifier.description,
                    checkpoint.signedAt.millisecondsSince1970,
                ]
            )
        }
    }
}
