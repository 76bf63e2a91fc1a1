/// The right edge of a growing tree: all that is needed to append leaves and to tell the root.
///
/// A tree of n leaves is a row of complete subtrees, one for each bit that is set in n, the largest first. Their roots
/// are kept: at most 63 hashes, whatever the size. A leaf costs one hash of an inner node on average.
package struct MerkleFrontier: Hashable, Sendable {
    /// The number of leaves.
    package private(set) var count: Int64 = 0
    /// The roots of the complete subtrees, the largest (leftmost) first.
    private(set) var peaks: [MerkleHash] = []

    /// The tree without leaves.
    package init() {}

    /// A tree of `count` leaves.
    ///
    /// - Parameter peaks: the roots of its complete subtrees, see ``subtrees(of:)``, in that order.
    init(count: Int64, peaks: [MerkleHash]) {
        precondition(peaks.count == count.nonzeroBitCount, "A tree has a peak for each bit of its size.")
        self.count = count
        self.peaks = peaks
    }

    /// Adds a leaf.
    ///
    /// - Parameter completed: is called for every subtree that is complete with this leaf, from the lowest up; not for
    ///   the leaf itself.
    mutating func append<Failure>(
        _ leaf: MerkleHash,
        completed: (TreeNode, MerkleHash) throws(Failure) -> Void
    ) throws(Failure) {
        var hash = leaf
        let index = self.count
        self.count += 1
        // As many subtrees end with this leaf as the new size has zero bits at its end.
        for level in 0..<self.count.trailingZeroBitCount {
            hash = MerkleHash.node(self.peaks.removeLast(), hash)
            try completed(TreeNode(level: level + 1, position: index >> (Int64(level) + 1)), hash)
        }
        self.peaks.append(hash)
    }

    package mutating func append(_ leaf: MerkleHash) {
        self.append(leaf) { _, _ in }
    }

    /// Adds a complete subtree as large as the smallest that may follow what is there: for putting a tree together from
    /// parts that were hashed side by side.
    ///
    /// - Parameters:
    ///   - level: the subtree has 2^level leaves; the tree's size is a multiple of that.
    ///   - completed: is called for every larger subtree that is complete with it, from the lowest up.
    mutating func append(
        subtree root: MerkleHash,
        level: Int,
        completed: (TreeNode, MerkleHash) -> Void = { _, _ in }
    ) {
        precondition(
            level < 62 && self.count & ((1 << Int64(level)) - 1) == 0,
            "A subtree begins at a multiple of its size."
        )
        var hash = root
        self.count += 1 << Int64(level)
        for level in level..<self.count.trailingZeroBitCount {
            hash = MerkleHash.node(self.peaks.removeLast(), hash)
            completed(TreeNode(level: level + 1, position: (self.count - 1) >> (Int64(level) + 1)), hash)
        }
        self.peaks.append(hash)
    }

    /// The root of the tree.
    package var root: MerkleHash {
        guard var root = self.peaks.last else { return .ofEmptyTree }
        for peak in self.peaks.dropLast().reversed() { root = MerkleHash.node(peak, root) }
        return root
    }

    /// The complete subtrees that a tree of `count` leaves consists of, the largest first.
    static func subtrees(of count: Int64) -> [TreeNode] {
        var nodes: [TreeNode] = []
        var first: Int64 = 0
        for level in stride(from: 62, through: 0, by: -1) where count & (1 << Int64(level)) != 0 {
            nodes.append(TreeNode(level: level, position: first >> Int64(level)))
            first += 1 << Int64(level)
        }
        return nodes
    }
}

/// A complete subtree: of the 2^`level` leaves from `position` · 2^`level` on. A leaf is at level 0.
struct TreeNode: Hashable, Sendable {
    var level: Int
    var position: Int64

    var firstLeaf: Int64 { self.position << Int64(self.level) }
    /// The number behind the last leaf's.
    var end: Int64 { (self.position + 1) << Int64(self.level) }
    var left: TreeNode { TreeNode(level: self.level - 1, position: self.position * 2) }
    var right: TreeNode { TreeNode(level: self.level - 1, position: self.position * 2 + 1) }

    /// Every so many levels the nodes are stored; the levels between them are computed from the stored ones.
    ///
    /// One row for 256 entries costs an append next to nothing, and a node in between at most 128 hashes to read.
    static let storedLevels = 8

    /// Whether ``TrailSchema`` has a row for it.
    var isStored: Bool { self.level > 0 && self.level.isMultiple(of: Self.storedLevels) }
}
