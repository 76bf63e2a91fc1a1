import GRDB

/// The verification of what is kept of removed entries: that it is what the trail's entries say, and what the checkpoints
/// of that time have signed.
struct RemovedVerification {
    private let reader: TrailReader
    private let removed: RemovedEntries
    /// The first entry that is there.
    private let first: Int64
    private(set) var problems: [TrailProblem] = []
    /// The right edge of the tree of the removed entries; `nil` when too little was kept.
    private(set) var tree: MerkleFrontier?

    /// Checkpoints read at a time.
    private static let checkpointsPerStep = 1000

    init(_ reader: TrailReader, _ removed: RemovedEntries, below first: Int64) throws(TrailError) {
        self.reader = reader
        self.removed = removed
        self.first = first
        self.tree = try self.frontier(size: first)
        if self.tree == nil { self.note("the hashes of the removed entries that the tree needs are missing.") }
        try self.verifyRemovals()
        try self.verifyEntries()
        try self.verifyNodes()
        try self.verifyIndices()
    }

    private mutating func note(_ message: String, at index: Int64 = 0) {
        self.problems.append(TrailProblem(.tree, index, message))
    }

    private func frontier(size: Int64) throws(TrailError) -> MerkleFrontier? {
        do throws(TrailError) {
            return try self.removed.store.frontier(size: size)
        } catch {
            guard error.code == .removed else { throw error }
            return nil
        }
    }

    /// Each row against what it stands for.
    private mutating func verifyRemovals() throws(TrailError) {
        var previous: Removal?
        for removal in self.removed.removals {
            let (start, last) = (removal.indices.lowerBound, removal.indices.upperBound - 1)
            if start != previous?.indices.upperBound ?? 0 {
                self.note("there is no removal of it in \(self.removed.store.path), but of later ones.", at: start - 1)
            }
            let digest = try self.removed.store.read { try RemovedStore.digest(of: removal, after: previous, $0) }
            if digest != removal.digest {
                self.note("what is kept of it and all up to entry \(last) was changed.", at: start)
            }
            if let edge = try self.frontier(size: removal.indices.upperBound), edge.root != removal.root {
                self.note("the kept hashes of it and all up to entry \(last) are not those of the root.", at: start)
            }
            previous = removal
        }
    }

    /// The trail's own entries against the rows. Every digest has the one before in it, so the newest entry, which is always
    /// behind everything that was removed, binds them all.
    private mutating func verifyEntries() throws(TrailError) {
        let said = self.removed.removals.prefix { $0.entryIndex != nil }
        for removal in said {
            let start = removal.indices.lowerBound
            guard let index = removal.entryIndex, index >= self.first else {
                if removal == said.last { self.note("no entry of the trail says that it was removed.", at: start) }
                continue
            }
            guard case .service(_, let entry) = try self.entry(at: index), entry.kind == .segmentRemoved else {
                self.note("entry \(index), which should say that it was removed, says something else.", at: start)
                continue
            }
            if entry.details != removal.details || entry != removal.entry(instanceID: entry.instanceID) {
                self.note(
                    "entry \(index) says something else of its removal than \(self.removed.store.path).",
                    at: start
                )
            }
        }
    }

    private func entry(at index: Int64) throws(TrailError) -> TrailEntry? {
        do throws(TrailError) {
            return try self.reader.entry(at: index)
        } catch {
            guard [.corrupt, .missing, .removed].contains(error.code) else { throw error }
            return nil
        }
    }

    /// The stored nodes of higher levels against those below them.
    private mutating func verifyNodes() throws(TrailError) {
        let step = Int64(TreeNode.storedLevels)
        let broken = try self.removed.store.read { database in
            let nodes = try database.rows(
                "SELECT level, position FROM tree_nodes WHERE level > ? ORDER BY level, position",
                binding: [step]
            ) { TreeNode(level: Int(clamping: $0.integer(0) ?? 0), position: $0.integer(1) ?? 0) }
            return try nodes.first { node in
                guard node.level < 62, 0 <= node.position, node.position < 1 << Int64(62 - node.level),
                    node.end <= self.first
                else { return false }
                do {
                    return try !RemovedStore.isMadeOfItsParts(node, database)
                } catch let error as TrailError where error.code == .removed {
                    return true
                }
            }
        }
        guard let broken else { return }
        self.note("the kept hash of it and all up to entry \(broken.end - 1) is not theirs.", at: broken.firstLeaf)
    }

    /// What helps to find rows against the rows.
    private mutating func verifyIndices() throws(TrailError) {
        guard let defect = try self.removed.store.read({ try $0.defect(in: "1") }) else { return }
        self.problems.append(
            TrailProblem(
                .index,
                nil,
                "What is kept of removed entries in \(self.removed.store.path) is damaged: \(defect)"
            )
        )
    }

    /// Hands over every kept checkpoint with the root that the kept hashes give, in ascending order.
    mutating func forEachCheckpoint(_ body: (SignedCheckpoint, MerkleHash) -> Void) throws(TrailError) {
        var size: Int64 = 0
        while size < self.first {
            let page = try self.removed.store.checkpoints(above: size, limit: Self.checkpointsPerStep)
            guard let last = page.last else { return }
            for (size, checkpoint) in page where size <= self.first {
                guard let checkpoint else {
                    self.problems.append(
                        TrailProblem(
                            .tree,
                            nil,
                            "The checkpoint of \(size) entries was changed: its signature does not fit."
                        )
                    )
                    continue
                }
                guard let edge = try self.frontier(size: size) else {
                    self.note("the kept hashes for the checkpoint of \(size) entries are missing.", at: size - 1)
                    continue
                }
                body(checkpoint, edge.root)
            }
            size = last.size
        }
    }

    /// The root over the first `size` entries, which were removed; `nil` when nothing was kept to tell it.
    func root(size: Int64) throws(TrailError) -> MerkleHash? {
        try self.frontier(size: size)?.root
    }
}
