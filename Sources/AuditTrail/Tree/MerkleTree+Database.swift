import GRDB

extension MerkleTree<any Error> {
    /// The tree whose stored nodes are in the table `tree_nodes`, for as long as `database` may be used.
    ///
    /// - Parameters:
    ///   - known: nodes that need not be looked up.
    ///   - leaves: the statement that finds the hash of a leaf by its number.
    ///   - missing: the error for a hash that is not there.
    init(
        _ database: Database,
        known: [TreeNode: MerkleHash] = [:],
        leaves: String,
        missing: @escaping (TreeNode) -> TrailError
    ) throws {
        let leaf = try database.cachedStatement(sql: leaves)
        let node = try database.cachedStatement(sql: "SELECT hash FROM tree_nodes WHERE level = ? AND position = ?")
        self.init(known: known) { wanted in
            let row = StatementHandle(pointer: (wanted.level == 0 ? leaf : node).sqliteStatement)
            defer { row.reset() }
            if wanted.level > 0 { row.bind(Int64(wanted.level), at: 1) }
            row.bind(wanted.position, at: wanted.level > 0 ? 2 : 1)
            guard try row.step(), let hash = row.hash(0) else { throw missing(wanted) }
            return hash
        }
    }
}
