import LoginContracts

/// Where a trail ends: enough to tell, when its file is opened again, whether it is still what was acknowledged.
struct TrailEnd: Hashable, Sendable {
    /// The right edge of the tree of all entries.
    private(set) var tree = MerkleFrontier()

    init() {}

    /// Reads the end of a trail.
    init(_ connection: WritingConnection) throws(TrailError) {
        self.tree = try connection.tree.frontier(size: try Self.count(connection))
    }

    /// The number that the next entry gets.
    var nextIndex: Int64 { self.tree.count }

    /// Adds an entry.
    ///
    /// - Parameter completed: see ``MerkleFrontier``.
    mutating func append(
        _ leaf: MerkleHash,
        completed: (TreeNode, MerkleHash) throws(TrailError) -> Void
    ) throws(TrailError) {
        try self.tree.append(leaf, completed: completed)
    }

    /// Whether a trail that ends here goes on in the connection's: it may have more entries, and has none fewer and none
    /// other.
    func isContinued(by connection: WritingConnection) throws(TrailError) -> Bool {
        guard try connection.base.firstIndex <= self.nextIndex, try Self.count(connection) >= self.nextIndex else {
            return false
        }
        return try connection.tree.frontier(size: self.nextIndex) == self.tree
    }

    private static func count(_ connection: WritingConnection) throws(TrailError) -> Int64 {
        try connection.integer(TrailSchema.nextIndex) ?? 0
    }
}
