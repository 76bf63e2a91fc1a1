/// What precedes the entries of a file: how many entries there are in earlier ones, and the right edge of their tree.
///
/// With it a file alone tells the root at each of its entries: a subtree that begins before the file and ends in it is made
/// of these nodes and of what follows.
struct TrailBase: Hashable, Sendable {
    let tree: MerkleFrontier
    /// The peaks of ``tree`` by their place.
    let nodes: [TreeNode: MerkleHash]

    /// The base of a trail's first file.
    static let none = TrailBase(MerkleFrontier())

    init(_ tree: MerkleFrontier) {
        self.tree = tree
        self.nodes = Dictionary(
            uniqueKeysWithValues: zip(MerkleFrontier.subtrees(of: tree.count), tree.peaks).map { ($0, $1) }
        )
    }

    /// The number of the file's first entry.
    var firstIndex: Int64 { self.tree.count }

    static let selectFirstIndex = "SELECT first_index FROM base"
    static let selectNodes = "SELECT level, position, hash FROM base_nodes"

    /// Puts together what the two queries have found; `nil` when they do not belong together.
    init?(firstIndex: Int64?, nodes: [(node: TreeNode, hash: MerkleHash?)]) {
        guard let firstIndex else {
            guard nodes.isEmpty else { return nil }
            self = .none
            return
        }
        let expected = MerkleFrontier.subtrees(of: firstIndex)
        let found = Dictionary(nodes.map { ($0.node, $0.hash) }, uniquingKeysWith: { first, _ in first })
        let peaks = expected.compactMap { found[$0] ?? nil }
        guard firstIndex > 0, nodes.count == expected.count, peaks.count == expected.count else { return nil }
        self.init(MerkleFrontier(count: firstIndex, peaks: peaks))
    }
}

extension StatementHandle {
    /// The current row of ``TrailBase/selectNodes``.
    var baseNode: (node: TreeNode, hash: MerkleHash?) {
        let (level, position) = (self.exactInteger(0) ?? -1, self.exactInteger(1) ?? -1)
        return (TreeNode(level: Int(clamping: level), position: position), self.hash(2))
    }
}

extension TrailError {
    static func brokenBase(path: String) -> TrailError {
        TrailError(
            .corrupt,
            "What \(path) says of the audit trail's entries before it does not belong together: keep the file for examination and restore a copy."
        )
    }
}
