import GRDB

extension RemovedStore {
    /// The hash of a node whose leaves were removed; `nil` where it is made from what is below it, or is not there.
    func hash(of node: TreeNode) throws(TrailError) -> MerkleHash? {
        try self.read { try Self.hash(of: node, $0) }
    }

    static func hash(of node: TreeNode, _ database: Database) throws -> MerkleHash? {
        // Between the stored levels there are none, but for the small ones around checkpoints.
        guard node.level < TreeNode.storedLevels || node.isStored else { return nil }
        let statement = try database.cachedStatement(
            sql: "SELECT hash FROM tree_nodes WHERE level = ? AND position = ?"
        )
        let row = StatementHandle(pointer: statement.sqliteStatement)
        defer { row.reset() }
        row.bind(Int64(node.level), at: 1)
        row.bind(node.position, at: 2)
        return try row.step() ? row.hash(0) : nil
    }

    /// The tree of the removed entries, as far as it was kept, for as long as `database` may be used.
    ///
    /// - Parameter first: the first entry that was not removed, for messages.
    static func tree(_ database: Database, below first: Int64, path: String) -> MerkleTree<any Error> {
        MerkleTree(kept: { try Self.hash(of: $0, database) }) { node in
            throw TrailError.removed(node, below: first, path: path)
        }
    }

    /// The right edge of the tree of the first `size` entries, which were removed.
    ///
    /// - Throws: ``TrailError/Code/removed`` when what it needs was not kept.
    func frontier(size: Int64) throws(TrailError) -> MerkleFrontier {
        try self.read { try Self.tree($0, below: size, path: self.path).frontier(size: size) }
    }

    /// Whether a node that is stored is made of those below it that are stored.
    static func isMadeOfItsParts(_ node: TreeNode, _ database: Database) throws -> Bool {
        let tree = Self.tree(database, below: node.end, path: "")
        guard let hash = try Self.hash(of: node, database) else { return false }
        let left = try tree.hash(node.left)
        return MerkleHash.node(left, try tree.hash(node.right)) == hash
    }
}

extension TreeNode {
    /// The nodes below the stored levels by which a proof can begin or end at a tree's size: those of its right edge, and
    /// those that follow it up to the next multiple of what a stored node has.
    static func around(size: Int64) -> [TreeNode] {
        var nodes = MerkleFrontier.subtrees(of: size).filter { $0.level < Self.storedLevels }
        var next = size
        while next & ((1 << Int64(Self.storedLevels)) - 1) != 0 {
            let level = next.trailingZeroBitCount
            let node = TreeNode(level: level, position: next >> Int64(level))
            nodes.append(node)
            next = node.end
        }
        return nodes
    }
}
