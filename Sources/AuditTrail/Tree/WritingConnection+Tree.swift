extension WritingConnection {
    /// The tree as the database holds it, at sizes from its base on.
    var tree: MerkleTree<TrailError> {
        get throws(TrailError) {
            MerkleTree(known: try self.base.nodes) { node throws(TrailError) in
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

    /// What precedes the file's entries. It never changes, and is read once.
    var base: TrailBase {
        get throws(TrailError) {
            if let base = self.knownBase { return base }
            let first = try self.integer(TrailBase.selectFirstIndex)
            let nodes = try self.rows(TrailBase.selectNodes, whenTryingTo: "read") { $0.baseNode }
            guard let base = TrailBase(firstIndex: first, nodes: nodes) else { throw .brokenBase(path: self.path) }
            self.knownBase = base
            return base
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
