import GRDB
import LoginContracts

extension TrailReader {
    /// The newest checkpoint, `nil` when none was made yet.
    ///
    /// - Throws: ``TrailError/Code/corrupt`` when it is not as it was signed.
    package func newestCheckpoint() throws(TrailError) -> SignedCheckpoint? {
        try self.checkpoints("ORDER BY size DESC LIMIT 1").first
    }

    /// The first checkpoint that covers an entry, `nil` when there is none yet.
    package func checkpoint(covering index: Int64) throws(TrailError) -> SignedCheckpoint? {
        guard index < .max else { return nil }
        return try self.checkpoints("WHERE size >= ? ORDER BY size LIMIT 1", index + 1).first
    }

    /// The first checkpoints that cover more than `size` entries, in ascending order.
    ///
    /// - Parameter limit: at most so many, at least 1.
    package func checkpoints(above size: Int64, limit: Int) throws(TrailError) -> [SignedCheckpoint] {
        try self.checkpoints("WHERE size > ? ORDER BY size LIMIT \(max(1, limit))", size)
    }

    /// The keys that the trail's checkpoints were signed with, by the trail's own word.
    package func verifiers() throws(TrailError) -> [NoteVerifier] {
        try self.read { database in
            try String.fetchAll(database, sql: "SELECT DISTINCT verifier_key FROM checkpoints").compactMap {
                NoteVerifier($0)
            }
        }
    }

    private func checkpoints(_ condition: String, _ parameter: Int64? = nil) throws(TrailError) -> [SignedCheckpoint] {
        try self.read { database in
            let statement = try database.makeStatement(
                sql: "\(SignedCheckpoint.selection) \(condition)"
            )
            let row = StatementHandle(pointer: statement.sqliteStatement)
            defer { row.reset() }
            if let parameter { row.bind(parameter, at: 1) }
            var checkpoints: [SignedCheckpoint] = []
            while try row.step() {
                guard let checkpoint = SignedCheckpoint(row) else {
                    throw TrailError(
                        .corrupt,
                        "The checkpoint of \(row.integer(3) ?? 0) entries of the audit trail \(self.path) was changed: keep the file for examination and restore a copy."
                    )
                }
                checkpoints.append(checkpoint)
            }
            return checkpoints
        }
    }
}
