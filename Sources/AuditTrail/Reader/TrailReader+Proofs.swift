import GRDB

/// An entry as the tree has it, with the proof that it has it.
package struct ProvenEntry: Hashable, Sendable {
    package let index: Int64
    /// The document that is hashed, see <doc:TrailFormat>.
    package let document: [UInt8]
    /// The hashes beside the leaf's path, from the leaf up.
    package let proof: [MerkleHash]
}

extension TrailReader {
    /// An entry's document, made from its row; `nil` when there is no such entry.
    ///
    /// - Throws: ``TrailError/Code/corrupt`` when the row holds what this program never writes.
    package func document(of index: Int64) throws(TrailError) -> [UInt8]? {
        guard 0 <= index, index < .max else { return nil }
        return try self.read(at: index) { _, database in try self.document(of: index, database) }
    }

    /// An entry with the proof that the tree of the first `size` entries has it.
    ///
    /// The proof is made from the stored hashes. Whether it holds is for ``MerkleProof`` to say, and for others.
    ///
    /// - Returns: `nil` when the entry is not among the first `size`, or the trail has fewer.
    package func provenEntry(at index: Int64, size: Int64) throws(TrailError) -> ProvenEntry? {
        guard 0 <= index, index < size else { return nil }
        // What a trail has it keeps, so two looks at it see no less.
        guard let document = try self.document(of: index) else { return nil }
        return try self.readTree { tree, count in
            guard size <= count else { return nil }
            return ProvenEntry(
                index: index,
                document: document,
                proof: try tree.inclusionProof(of: index, size: size)
            )
        }
    }

    /// Shows that the tree of the first `size` entries continues the tree of the first `old`.
    ///
    /// - Returns: `nil` when the trail has fewer than `size` entries, or `old` is not from 0 to `size`.
    /// - Throws: ``TrailError/Code/removed`` when one of the sizes is among removed entries and was never signed.
    package func consistencyProof(from old: Int64, to size: Int64) throws(TrailError) -> [MerkleHash]? {
        try self.readTree { tree, count in
            guard 0 <= old, old <= size, size <= count else { return nil }
            return try tree.consistencyProof(from: old, to: size)
        }
    }

    private func document(of index: Int64, _ database: Database) throws -> [UInt8]? {
        let statement = try database.cachedStatement(sql: "\(EntryColumn.selection) WHERE e.\"index\" = ?")
        let row = StatementHandle(pointer: statement.sqliteStatement)
        defer { row.reset() }
        row.bind(index, at: 1)
        guard try row.step() else { return nil }
        let encoder = LeafEncoder()
        do throws(LeafDefect) {
            try encoder.encode(StoredRow(row), source: row.leafSource)
        } catch {
            throw TrailError(error, ofEntry: index, path: self.path)
        }
        return encoder.document
    }

    /// Runs `body` on the tree and the number of its entries; again if a segment was removed meanwhile, for then its nodes
    /// are elsewhere.
    private func readTree<Value>(
        _ body: (MerkleTree<any Error>, _ count: Int64) throws -> Value
    ) throws(TrailError) -> Value {
        var first = try self.chain().chain.firstIndex
        while true {
            do throws(TrailError) {
                return try self.read(at: .max) { part, database in
                    try body(try self.tree(part, database), try Self.count(database))
                }
            } catch {
                let now = try self.chain().chain.firstIndex
                guard error.code == .removed, now > first else { throw error }
                first = now
            }
        }
    }

    /// The tree as the files hold it, for as long as `database` may be used.
    ///
    /// A node is where its last leaf is.
    ///
    /// - Parameter live: the file of `database`; the others are asked for what is before it.
    private func tree(_ live: TrailPart, _ database: Database) throws -> MerkleTree<any Error> {
        let own = try self.nodes(database)
        guard live.indices.lowerBound > 0 else { return own }
        let removed = try self.removedEntries()
        return MerkleTree(
            known: live.base.nodes,
            kept: { wanted in
                guard let (removed, first) = removed, wanted.end <= first else { return nil }
                return try removed.store.hash(of: wanted)
            }
        ) { wanted in
            if live.indices.contains(wanted.end - 1) { return try own.stored(wanted) }
            if let (_, first) = removed, wanted.end <= first {
                throw TrailError.removed(wanted, below: first, path: self.path)
            }
            return try self.read(at: wanted.end - 1) { _, database in try self.nodes(database).stored(wanted) }
        }
    }

    /// Reads leaves and stored nodes of one file.
    private func nodes(_ database: Database) throws -> MerkleTree<any Error> {
        let path = self.path
        return try MerkleTree(database, leaves: "SELECT leaf_hash FROM entries WHERE \"index\" = ?") {
            .missing($0, path: path)
        }
    }
}

extension TrailError {
    init(_ defect: LeafDefect, ofEntry index: Int64, path: String) {
        self.init(
            .corrupt,
            "Entry \(index) of the audit trail \(path) holds in \(defect.column.name) what this program never writes: keep the file for examination."
        )
    }
}
