package import LoginContracts

/// The removal of a sealed segment from the old end of a trail.
package struct Removal: Hashable, Sendable {
    /// The entries that were removed.
    package let indices: Range<Int64>
    package let removedAt: Timestamp
    /// When the first and the last of them were recorded, by the clock of the host that wrote them.
    package let earliest: Timestamp
    package let latest: Timestamp
    /// Why, as a clause: "they were recorded more than 400 days ago".
    package let reason: String
    /// Where the segment was copied before; `nil` when it was not.
    package let archive: String?
    /// The number of the entry that says so; `nil` while the removal is only prepared.
    package internal(set) var entryIndex: Int64?
    /// The entry has this number or a higher one.
    let entryFrom: Int64
    /// The root over all entries up to the last that was removed.
    let root: MerkleHash
    /// The digest of what is kept of them and of all removals before, see <doc:TrailFormat>.
    let digest: MerkleHash

    /// What the trail says of it.
    func entry(instanceID: String) -> ServiceEntry {
        ServiceEntry(
            kind: .segmentRemoved,
            recordedAt: self.removedAt,
            instanceID: instanceID,
            message:
                "The entries \(self.indices.lowerBound) to \(self.indices.upperBound - 1) were removed: \(self.reason).",
            details: self.details
        )
    }

    /// The details of its entry: what is kept of the removed entries is bound to the trail's tree by ``digest``.
    var details: [String: String] {
        var details = [
            "first": "\(self.indices.lowerBound)",
            "last": "\(self.indices.upperBound - 1)",
            "root": Base64.encode(self.root.bytes),
            "kept": Base64.encode(self.digest.bytes),
        ]
        details["archive"] = self.archive
        return details
    }
}

extension TrailError {
    /// - Parameter removals: all of the trail's.
    static func removed(_ index: Int64, _ removals: [Removal], path: String) -> TrailError {
        guard let removal = removals.first(where: { $0.indices.contains(index) }) else {
            return TrailError(.removed, "Entry \(index) of the audit trail \(path) was removed by policy.")
        }
        let copy = removal.archive.map { "A copy was archived at \($0): put it back beside the trail to read it." }
        return TrailError(
            .removed,
            "Entry \(index) of the audit trail \(path) was removed on \(removal.removedAt) by policy, with the entries \(removal.indices.lowerBound) to \(removal.indices.upperBound - 1). \(copy ?? "No copy was archived then.")"
        )
    }

    /// A proof that needs what was not kept.
    static func removed(_ node: TreeNode, below first: Int64, path: String) -> TrailError {
        TrailError(
            .removed,
            "The hash of the entries \(node.firstLeaf) to \(node.end - 1) of the audit trail \(path) was removed with them: a proof begins at the size of a signed checkpoint, or at \(first)."
        )
    }
}
