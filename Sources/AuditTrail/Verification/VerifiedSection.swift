import GRDB

/// The entries of one file of a trail, or entries of which there is no file that could be read.
struct VerifiedSection {
    let indices: Range<Int64>
    /// `nil` when there is none.
    let file: File?

    struct File {
        /// What the file says of the entries before it.
        var base: TrailBase
        var sources: [Int64: LeafSource] = [:]
        /// Checkpoints of entries before it, which it repeats.
        var carried: [SignedCheckpoint] = []
        /// The highest offsets of sources that the file says the entries before it have, and those up to its end.
        var offsetsBefore: [Origin: Int64] = [:]
        var offsetsAfter: [Origin: Int64] = [:]
        /// What was wrong with all this.
        var problems: [TrailProblem] = []

        /// A source by what it is; its number means something in its file only.
        struct Origin: Hashable {
            var clusterID: String
            var topic: String
            var partition: Int64
        }
    }
}

extension VerifiedSection.File {
    /// Reads what a file says beside its entries.
    init(_ part: TrailPart, _ database: Database) throws {
        self.base = part.base
        let rows = try database.rows(
            """
            SELECT s.id, s.cluster_id, s.topic, s.partition, b.last_offset,
                (SELECT max(record_offset) FROM entries WHERE source_id = s.id)
            FROM sources AS s LEFT JOIN base_offsets AS b ON b.source_id = s.id
            """
        ) { row in
            (
                id: row.integer(0), clusterID: row.exactText(1), topic: row.exactText(2),
                partition: row.exactInteger(3), before: row.exactInteger(4), own: row.exactInteger(5)
            )
        }
        for row in rows {
            guard let id = row.id, let clusterID = row.clusterID, let topic = row.topic, let partition = row.partition
            else { continue }
            self.sources[id] = LeafSource(clusterID: clusterID, topic: topic, partition: partition)
            let origin = Origin(clusterID: clusterID, topic: topic, partition: partition)
            self.offsetsBefore[origin] = row.before
            self.offsetsAfter[origin] = [row.before, row.own].compactMap { $0 }.max()
        }
        let first = part.indices.lowerBound
        let carried = try database.rows("\(SignedCheckpoint.selection) WHERE size <= ?", binding: [first]) {
            (SignedCheckpoint($0), $0.integer(3) ?? 0)
        }
        for case (let signed, let size) in carried {
            if let signed { self.carried.append(signed) }
            guard signed == nil || first == 0 else { continue }
            self.problems.append(
                TrailProblem(.tree, nil, "The checkpoint of \(size) entries was changed: its signature does not fit.")
            )
        }
    }
}
