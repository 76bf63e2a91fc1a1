extension TrailReader {
    /// The removals whose entries are in no file any more, in their order; empty when every entry is there.
    package func removals() throws(TrailError) -> [Removal] {
        guard let (removed, first) = try self.removedEntries() else { return [] }
        return removed.removals.filter { $0.indices.upperBound <= first }
    }

    /// The tree of the removed entries: how many they are, and the roots of the complete subtrees that it consists of, the
    /// largest first. With it a verifier begins where the trail does.
    package func base() throws(TrailError) -> (size: Int64, peaks: [MerkleHash]) {
        let first = try self.chain().chain.firstIndex
        let tree = try self.read(at: first) { part, _ in part.base.tree }
        return (tree.count, tree.peaks)
    }
}
