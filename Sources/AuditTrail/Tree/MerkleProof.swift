/// Checks proofs as RFC 9162 says, sections 2.1.3.2 and 2.1.4.2: with nothing but hashes at hand.
package enum MerkleProof {
    /// Whether the leaf is at `index` of the tree with that size and root.
    package static func verifies(
        inclusionOf leaf: MerkleHash,
        at index: Int64,
        proof: [MerkleHash],
        size: Int64,
        root: MerkleHash
    ) -> Bool {
        guard 0 <= index, index < size else { return false }
        var (place, last) = (index, size - 1)
        var hash = leaf
        for sibling in proof {
            guard last > 0 else { return false }
            if place & 1 == 1 || place == last {
                hash = MerkleHash.node(sibling, hash)
                // Levels on which this is the right edge, with nothing beside it.
                while place & 1 == 0, place != 0 { (place, last) = (place >> 1, last >> 1) }
            } else {
                hash = MerkleHash.node(hash, sibling)
            }
            (place, last) = (place >> 1, last >> 1)
        }
        return last == 0 && hash == root
    }

    /// Whether the tree with the second size and root begins with all of the tree with the first.
    package static func verifies(
        consistencyFrom old: (size: Int64, root: MerkleHash),
        to new: (size: Int64, root: MerkleHash),
        proof: [MerkleHash]
    ) -> Bool {
        guard 0 <= old.size, old.size <= new.size else { return false }
        if old.size == new.size { return proof.isEmpty && old.root == new.root }
        if old.size == 0 { return proof.isEmpty && old.root == .ofEmptyTree }
        // An old tree that is one complete subtree is itself the first hash.
        var rest = proof[...]
        if old.size.nonzeroBitCount == 1 { rest = ([old.root] + proof)[...] }
        guard let first = rest.popFirst() else { return false }
        var (place, last) = (old.size - 1, new.size - 1)
        while place & 1 == 1 { (place, last) = (place >> 1, last >> 1) }
        var (oldHash, newHash) = (first, first)
        for sibling in rest {
            guard last > 0 else { return false }
            if place & 1 == 1 || place == last {
                oldHash = MerkleHash.node(sibling, oldHash)
                newHash = MerkleHash.node(sibling, newHash)
                while place & 1 == 0, place != 0 { (place, last) = (place >> 1, last >> 1) }
            } else {
                newHash = MerkleHash.node(newHash, sibling)
            }
            (place, last) = (place >> 1, last >> 1)
        }
        return last == 0 && oldHash == old.root && newHash == new.root
    }
}
