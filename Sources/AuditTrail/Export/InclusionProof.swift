/// Shows that an entry is in the trail (C2SP `tlog-proof`).
package struct InclusionProof: Hashable, Sendable {
    package let entry: ProvenEntry
    package let checkpoint: SignedCheckpoint

    /// The `tlog-proof` document, without extra data.
    package var text: String {
        let hashes = self.entry.proof.map { Base64.encode($0.bytes) + "\n" }.joined()
        return "c2sp.org/tlog-proof@v1\nindex \(self.entry.index)\n\(hashes)\n\(self.checkpoint.note)"
    }

    /// Whether the proof holds for what the trail says now; otherwise entry, hashes or checkpoint were changed.
    package var holds: Bool {
        MerkleProof.verifies(
            inclusionOf: .leaf(self.entry.document),
            at: self.entry.index,
            proof: self.entry.proof,
            size: self.checkpoint.checkpoint.size,
            root: self.checkpoint.checkpoint.root
        )
    }
}

extension TrailReader {
    /// The proof of an entry against the newest checkpoint; `nil` when there is no such entry, or no checkpoint covers it
    /// yet.
    package func inclusionProof(of index: Int64) throws(TrailError) -> InclusionProof? {
        guard let signed = try self.newestCheckpoint(), index < signed.checkpoint.size,
            let entry = try self.provenEntry(at: index, size: signed.checkpoint.size)
        else { return nil }
        return InclusionProof(entry: entry, checkpoint: signed)
    }
}
