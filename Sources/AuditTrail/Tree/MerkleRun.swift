/// The part of a tree that is made of a run of leaves alone, wherever it begins: the roots of the largest subtrees that the
/// run has whole.
struct MerkleRun: Hashable, Sendable {
    private(set) var indices: Range<Int64>
    /// In ascending order of their leaves.
    private(set) var nodes: [Node] = []

    struct Node: Hashable, Sendable {
        var level: Int
        var hash: MerkleHash
    }

    init(from first: Int64) {
        self.indices = first..<first
    }

    /// Adds the next leaf.
    ///
    /// - Parameter completed: is called for every subtree of the run that is complete with this leaf, from the lowest up; not
    ///   for the leaf itself.
    mutating func append(_ leaf: MerkleHash, completed: (TreeNode, MerkleHash) -> Void) {
        var node = Node(level: 0, hash: leaf)
        let index = self.indices.upperBound
        self.indices = self.indices.lowerBound..<(index + 1)
        // A subtree is complete where it ends; one that begins before the run has no left half here.
        let levels = self.indices.upperBound.trailingZeroBitCount
        while node.level < levels, let left = self.nodes.last, left.level == node.level {
            self.nodes.removeLast()
            node = Node(level: node.level + 1, hash: MerkleHash.node(left.hash, node.hash))
            completed(TreeNode(level: node.level, position: index >> Int64(node.level)), node.hash)
        }
        self.nodes.append(node)
    }
}

extension MerkleFrontier {
    /// The edge of the tree of these leaves and of the run that follows them.
    ///
    /// - Parameter completed: is called for every subtree that begins before the run and is complete with it.
    func joined(
        with run: MerkleRun,
        completed: (TreeNode, MerkleHash) -> Void = { _, _ in }
    ) -> MerkleFrontier {
        precondition(run.indices.lowerBound == self.count, "A run follows what is before it.")
        var joined = self
        for node in run.nodes { joined.append(subtree: node.hash, level: node.level, completed: completed) }
        return joined
    }
}
