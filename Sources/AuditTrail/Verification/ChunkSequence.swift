import LoginContracts

/// The chunks of a trail in their order, put together as they are finished: here the tree grows, and the checkpoints are
/// held against it.
struct ChunkSequence {
    private let trailID: String
    private let count: Int64
    private let given: [SignedCheckpoint]
    private let trusted: Set<NoteVerifier>
    /// Where the next chunk to be worked on begins.
    private var start: Int64 = 0
    /// Finished chunks that wait for one before them, by their first entry.
    private var waiting: [Int64: ChunkVerification] = [:]
    private var frontier = MerkleFrontier()
    private(set) var done: Int64 = 0
    private(set) var records = IndexDigest()
    private var partial = TrailVerification()
    /// The size of the last checkpoint that agreed, and whether one has failed behind it.
    private var agreed: Int64 = 0
    private var hasDisagreed = false

    init(trailID: String, count: Int64, given: [SignedCheckpoint], trusted: Set<NoteVerifier>) {
        self.trailID = trailID
        self.count = count
        self.given = given
        self.trusted = trusted
        self.partial.entries = count
        for checkpoint in given where checkpoint.checkpoint.size > count {
            self.partial.add([
                TrailProblem(
                    .entry,
                    count,
                    "it is missing: a checkpoint covers \(checkpoint.checkpoint.size) entries, and the trail has \(count). Its end was cut off, or an older copy has taken its place."
                )
            ])
        }
    }

    /// The entries to look at next, `nil` when there are none or enough wait already.
    ///
    /// A worker that gets nothing may stop: those at work take what is left.
    mutating func next(lead: Int) -> Range<Int64>? {
        guard self.start < self.count, self.waiting.count < lead else { return nil }
        let end = min(self.start + ChunkVerification.size, self.count)
        defer { self.start = end }
        return self.start..<end
    }

    mutating func finish(_ chunk: ChunkVerification) {
        self.done += Int64(chunk.indices.count)
        self.waiting[chunk.indices.lowerBound] = chunk
        while let next = self.waiting.removeValue(forKey: self.frontier.count) { self.append(next) }
    }

    var result: TrailVerification {
        var result = self.partial
        result.root = self.frontier.root
        result.covered = self.agreed
        return result
    }

    private mutating func append(_ chunk: ChunkVerification) {
        self.partial.add(chunk.problems)
        self.partial.accessLogHeads += chunk.accessLogHeads
        self.records = self.records + chunk.records
        let before = self.frontier
        for (signed, edge) in chunk.checkpoints { self.compare(signed, before.joined(with: edge).root, isGiven: false) }
        for signed in self.given {
            guard let edge = chunk.edge(at: signed.checkpoint.size) else { continue }
            self.compare(signed, before.joined(with: edge).root, isGiven: true)
        }
        self.frontier = before.joined(with: chunk.frontier)
    }

    private mutating func compare(_ signed: SignedCheckpoint, _ root: MerkleHash, isGiven: Bool) {
        let size = signed.checkpoint.size
        if !self.trusted.isEmpty, !self.trusted.contains(signed.verifier) {
            self.partial.add([
                TrailProblem(
                    .tree,
                    nil,
                    "The checkpoint of \(size) entries was signed with a key that is not trusted: \(signed.verifier)."
                )
            ])
            return
        }
        if NoteSigner.isDefaultOrigin(signed.checkpoint.origin),
            signed.checkpoint.origin != NoteSigner.defaultOrigin(trailID: self.trailID)
        {
            self.partial.add([
                TrailProblem(
                    .tree,
                    nil,
                    "The trail calls itself \(self.trailID), its checkpoint \(signed.checkpoint.origin)."
                )
            ])
        }
        self.partial.verifiers.insert(signed.verifier)
        guard signed.checkpoint.root != root else {
            if isGiven { self.partial.givenCheckpoints += 1 } else { self.partial.checkpoints += 1 }
            if !self.hasDisagreed { self.agreed = max(self.agreed, size) }
            return
        }
        defer { self.hasDisagreed = true }
        guard !self.hasDisagreed || isGiven else { return }
        self.partial.add([
            TrailProblem(
                .tree,
                self.agreed,
                "from here to entry \(size - 1) the trail is not what \(isGiven ? "the given" : "its own") checkpoint of \(size) entries signed: entries were changed, removed or inserted."
            )
        ])
    }
}

extension MerkleFrontier {
    /// The edge of the tree of these leaves and of those of another that follow, which begin at a multiple of a chunk.
    func joined(with other: MerkleFrontier) -> MerkleFrontier {
        var joined = self
        for (node, peak) in zip(MerkleFrontier.subtrees(of: other.count), other.peaks) {
            joined.append(subtree: peak, level: node.level)
        }
        return joined
    }
}
