extension WritingConnection {
    /// The tree as the database holds it.
    var tree: MerkleTree<TrailError> {
        MerkleTree { node throws(TrailError) in
            let hashes =
                if node.level == 0 {
                    try self.rows(
                        "SELECT leaf_hash FROM entries WHERE \"index\" = ?",
                        whenTryingTo: "read",
                        binding: [node.position]
                    ) { $0.hash(0) }
                } else {
                    try self.rows(
                        "SELECT hash FROM tree_nodes WHERE level = ? AND position = ?",
                        whenTryingTo: "read",
                        binding: [Int64(node.level), node.position]
                    ) { $0.hash(0) }
                }
            guard let first = hashes.first, let hash = first else { throw .missing(node, path: self.path) }
            return hash
        }
    }
}

extension TrailError {
    static func missing(_ node: TreeNode, path: String) -> TrailError {
        TrailError(
            .corrupt,
            node.level == 0
                ? "Entry \(node.position) of the audit trail \(path) or its hash is missing: keep the file for examination and restore a copy."
                : "The hash of the entries \(node.firstLeaf) to \(node.end - 1) of the audit trail \(path) is missing: keep the file for examination and restore a copy."
        )
    }
}
