import GRDB

/// What was found in an access log.
package struct AccessLogVerification: Hashable, Sendable {
    package var entries: Int64 = 0
    package var root = MerkleHash.ofEmptyTree
    /// How many states that the trail knows agree, and how many entries the newest of them covers.
    package var heads = 0
    package var covered: Int64 = 0
    /// At most ``TrailVerification/maximumProblems``, each naming an entry of the log.
    package var problems: [String] = []

    fileprivate mutating func note(_ problem: String) {
        if self.problems.count < TrailVerification.maximumProblems { self.problems.append(problem) }
    }
}

extension AccessLog {
    /// Entries read in one transaction.
    private static let entriesPerStep: Int64 = 5000

    /// Compares every entry with its hash, the stored hashes with the entries, and the log with what the trail knows of
    /// it. Streams; entries that are added meanwhile are left out.
    ///
    /// - Parameter heads: states of the log, from the trail.
    package func verify(against heads: [AccessLogHead]) throws(TrailError) -> AccessLogVerification {
        let size = try self.read(Self.size)
        var result = AccessLogVerification()
        result.entries = size
        let wanted = Dictionary(grouping: heads, by: \.size)
        var frontier = MerkleFrontier()
        while frontier.count < size {
            let first = frontier.count
            try self.read { database in
                try Self.verify(first..<min(first + Self.entriesPerStep, size), &frontier, wanted, &result, database)
            }
        }
        for head in heads where head.size > size {
            result.note("access \(size) is missing: the trail knows \(head.size) accesses, and the log has \(size).")
        }
        result.root = frontier.root
        return result
    }

    private static func verify(
        _ indices: Range<Int64>,
        _ frontier: inout MerkleFrontier,
        _ heads: [Int64: [AccessLogHead]],
        _ result: inout AccessLogVerification,
        _ database: Database
    ) throws {
        let rows = try database.rows(
            "SELECT \"index\", document, leaf_hash FROM accesses WHERE \"index\" >= ? AND \"index\" < ? ORDER BY \"index\"",
            binding: [indices.lowerBound, indices.upperBound]
        ) { (index: $0.integer(0) ?? -1, document: $0.exactText(1), hash: $0.hash(2)) }
        let found = Dictionary(rows.map { ($0.index, $0) }, uniquingKeysWith: { first, _ in first })
        for index in indices {
            let row = found[index]
            if row == nil { result.note("access \(index) is missing.") }
            let leaf = row?.document.map { MerkleHash.leaf($0.utf8) } ?? .ofEmptyTree
            if row != nil, row?.hash != leaf {
                result.note("access \(index) and its hash do not belong together: one of them was changed.")
            }
            var stored: [(TreeNode, MerkleHash)] = []
            frontier.append(leaf) { node, hash in if node.isStored { stored.append((node, hash)) } }
            for (node, hash) in stored {
                let nodes = try database.rows(
                    "SELECT hash FROM tree_nodes WHERE level = ? AND position = ?",
                    binding: [Int64(node.level), node.position]
                ) { $0.hash(0) }
                if nodes != [hash] {
                    result.note("the stored hash of the accesses \(node.firstLeaf) to \(node.end - 1) is not theirs.")
                }
            }
            for head in heads[index + 1] ?? [] {
                guard head.root == frontier.root else {
                    result.note("the accesses up to \(index) are not those that the trail knows: some were changed.")
                    continue
                }
                result.heads += 1
                result.covered = max(result.covered, head.size)
            }
        }
    }
}
