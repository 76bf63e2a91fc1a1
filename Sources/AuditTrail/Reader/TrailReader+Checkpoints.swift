import GRDB
import LoginContracts

extension TrailReader {
    /// The newest checkpoint, `nil` when none was made yet.
    ///
    /// - Throws: ``TrailError/Code/corrupt`` when it is not as it was signed.
    package func newestCheckpoint() throws(TrailError) -> SignedCheckpoint? {
        // The live file begins with the newest one of those before.
        try self.read { try self.checkpoints("ORDER BY size DESC LIMIT 1", [], $0) }.first
    }

    /// The first checkpoint that covers an entry, `nil` when there is none yet.
    package func checkpoint(covering index: Int64) throws(TrailError) -> SignedCheckpoint? {
        guard index < .max else { return nil }
        return try self.checkpoints(above: index, limit: 1).first
    }

    /// The first checkpoints that cover more than `size` entries, in ascending order.
    ///
    /// - Parameter limit: at most so many, at least 1.
    package func checkpoints(above size: Int64, limit: Int) throws(TrailError) -> [SignedCheckpoint] {
        let limit = max(1, limit)
        var found: [SignedCheckpoint] = []
        var index = max(0, size)
        if let (removed, first) = try self.removedEntries(), index < first {
            for (size, checkpoint) in try removed.store.checkpoints(above: index, limit: limit) where size <= first {
                guard let checkpoint else { throw self.changed(size) }
                found.append(checkpoint)
            }
            index = first
        }
        while found.count < limit {
            let end = try self.read(at: index) { part, database in
                found += try self.checkpoints(
                    "WHERE size > ? ORDER BY size LIMIT \(limit - found.count)",
                    [max(size, part.indices.lowerBound)],
                    database
                )
                return part.indices.upperBound
            }
            if end == .max { break }
            index = end
        }
        return found
    }

    /// The keys that the trail's checkpoints were signed with, by the trail's own word.
    package func verifiers() throws(TrailError) -> [NoteVerifier] {
        var verifiers: [NoteVerifier] = []
        if let (removed, _) = try self.removedEntries() { verifiers = try removed.store.verifiers() }
        let chain = try self.chain().chain
        for index in chain.files.map(\.indices.lowerBound) + [.max] {
            let keys = try self.read(at: index) { _, database in
                try database.rows("SELECT DISTINCT verifier_key FROM checkpoints") { row in
                    row.text(0).flatMap { NoteVerifier($0) }
                }
            }
            for case let key? in keys where !verifiers.contains(key) { verifiers.append(key) }
        }
        return verifiers
    }

    private func checkpoints(
        _ condition: String,
        _ parameters: [Int64],
        _ database: Database
    ) throws -> [SignedCheckpoint] {
        try database.rows("\(SignedCheckpoint.selection) \(condition)", binding: parameters) { row in
            guard let checkpoint = SignedCheckpoint(row) else { throw self.changed(row.integer(3) ?? 0) }
            return checkpoint
        }
    }

    private func changed(_ size: Int64) -> TrailError {
        TrailError(
            .corrupt,
            "The checkpoint of \(size) entries of the audit trail \(self.path) was changed: keep the file for examination and restore a copy."
        )
    }
}
