/// A tree whose hashes are kept somewhere, for the proofs of RFC 9162, sections 2.1.3 and 2.1.4.
///
/// Every proof reads O(log n) nodes, each made from at most 128 stored ones.
struct MerkleTree<Failure: Error> {
    /// The hash of a leaf, or of a node that ``TreeNode/isStored``. Asked only within the tree.
    let stored: (TreeNode) throws(Failure) -> MerkleHash
    /// Nodes of any level that need not be asked for, because what is below them is elsewhere.
    let known: [TreeNode: MerkleHash]
    /// Looks up nodes of any level whose leaves may be gone; `nil` for one that is made from what is below it.
    private let kept: ((TreeNode) throws(Failure) -> MerkleHash?)?

    init(
        known: [TreeNode: MerkleHash] = [:],
        kept: ((TreeNode) throws(Failure) -> MerkleHash?)? = nil,
        stored: @escaping (TreeNode) throws(Failure) -> MerkleHash
    ) {
        self.known = known
        self.kept = kept
        self.stored = stored
    }

    /// The root over the first `size` leaves.
    func root(size: Int64) throws(Failure) -> MerkleHash {
        try self.frontier(size: size).root
    }

    /// The right edge of the tree of the first `size` leaves.
    func frontier(size: Int64) throws(Failure) -> MerkleFrontier {
        var peaks: [MerkleHash] = []
        for node in MerkleFrontier.subtrees(of: size) { peaks.append(try self.hash(node)) }
        return MerkleFrontier(count: size, peaks: peaks)
    }

    /// Shows that the leaf is in the tree of the first `size` leaves: the hashes beside its path, from the leaf up.
    func inclusionProof(of index: Int64, size: Int64) throws(Failure) -> [MerkleHash] {
        precondition(0 <= index && index < size, "Only a leaf of the tree can be proven.")
        var proof: [MerkleHash] = []
        var (first, end) = (Int64(0), size)
        // From the root down; the proof goes the other way.
        while end - first > 1 {
            let middle = first + Self.split(end - first)
            if index < middle {
                proof.append(try self.hash(middle..<end))
                end = middle
            } else {
                proof.append(try self.hash(first..<middle))
                first = middle
            }
        }
        return proof.reversed()
    }

    /// Shows that the tree of the first `size` leaves begins with all of the tree of the first `old` leaves.
    ///
    /// Empty when the sizes are equal, and for an old tree without leaves, of which every tree is a continuation.
    func consistencyProof(from old: Int64, to size: Int64) throws(Failure) -> [MerkleHash] {
        precondition(0 <= old && old <= size, "A tree never shrinks.")
        guard old > 0, old < size else { return [] }
        var proof: [MerkleHash] = []
        var (first, end) = (Int64(0), size)
        while end != old {
            let middle = first + Self.split(end - first)
            if old <= middle {
                proof.append(try self.hash(middle..<end))
                end = middle
            } else {
                proof.append(try self.hash(first..<middle))
                first = middle
            }
        }
        // The old tree is the verifier's own; only a part of it is said.
        if first > 0 { proof.append(try self.hash(first..<end)) }
        return proof.reversed()
    }

    /// The root over a run of leaves that is a subtree of some tree.
    private func hash(_ range: Range<Int64>) throws(Failure) -> MerkleHash {
        let count = Int64(range.count)
        if count.nonzeroBitCount == 1 {
            let level = count.trailingZeroBitCount
            return try self.hash(TreeNode(level: level, position: range.lowerBound >> Int64(level)))
        }
        let middle = range.lowerBound + Self.split(count)
        let left = try self.hash(range.lowerBound..<middle)
        return MerkleHash.node(left, try self.hash(middle..<range.upperBound))
    }

    func hash(_ node: TreeNode) throws(Failure) -> MerkleHash {
        if !self.known.isEmpty, let hash = self.known[node] { return hash }
        if let kept, let hash = try kept(node) { return hash }
        if node.level == 0 || node.isStored { return try self.stored(node) }
        let left = try self.hash(node.left)
        return MerkleHash.node(left, try self.hash(node.right))
    }

    /// The largest power of two below `count`, which is at least 2.
    private static func split(_ count: Int64) -> Int64 {
        1 << Int64(63 - (count - 1).leadingZeroBitCount)
    }
}
