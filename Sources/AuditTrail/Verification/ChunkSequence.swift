import LoginContracts

/// The chunks of a trail in their order, put together as they are finished: here the tree grows, and the checkpoints are
/// held against it.
struct ChunkSequence {
    private let trailID: String
    private let sections: [VerifiedSection]
    private let given: [SignedCheckpoint]
    private let trusted: Set<NoteVerifier>
    /// Where the next chunk to be worked on begins, and in which section.
    private var start: Int64 = 0
    private var place = 0
    /// How many sections the tree has come to.
    private var entered = 0
    /// Finished chunks that wait for one before them, by their first entry.
    private var waiting: [Int64: ChunkVerification] = [:]
    private var frontier = MerkleFrontier()
    private(set) var done: Int64 = 0
    /// What the indices over records must deliver, and which nodes that begin in an earlier chunk must be stored, by the first
    /// entry of the file.
    private(set) var records: [Int64: IndexDigest] = [:]
    private(set) var nodes: [Int64: [(node: TreeNode, hash: MerkleHash)]] = [:]
    private var partial = TrailVerification()
    /// The size of the last checkpoint that agreed, and whether one has failed behind it.
    private var agreed: Int64 = 0
    private var hasDisagreed = false

    /// - Parameters:
    ///   - sections: of the whole trail, in ascending order, with no two next to each other that were not read.
    ///   - base: the tree of the entries before the first section.
    init(
        trailID: String,
        sections: [VerifiedSection],
        after base: MerkleFrontier,
        given: [SignedCheckpoint],
        trusted: Set<NoteVerifier>
    ) {
        self.trailID = trailID
        self.sections = sections
        self.given = given
        self.trusted = trusted
        self.frontier = base
        self.partial.removed = base.count
        self.partial.entries = sections.reduce(0) { $0 + ($1.file == nil ? 0 : Int64($1.indices.count)) }
        let count = sections.last?.indices.upperBound ?? 0
        self.enterSections()
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
        guard self.waiting.count < lead else { return nil }
        while self.place < self.sections.count {
            let section = self.sections[self.place]
            self.start = max(self.start, section.indices.lowerBound)
            guard section.file != nil, self.start < section.indices.upperBound else {
                self.place += 1
                continue
            }
            let aligned = (self.start / ChunkVerification.size + 1) * ChunkVerification.size
            let end = min(aligned, section.indices.upperBound)
            defer { self.start = end }
            return self.start..<end
        }
        return nil
    }

    mutating func finish(_ chunk: ChunkVerification) {
        self.done += Int64(chunk.indices.count)
        self.waiting[chunk.indices.lowerBound] = chunk
        while let next = self.waiting.removeValue(forKey: self.frontier.count) {
            self.append(next)
            self.enterSections()
        }
    }

    /// Holds what a file says of the entries before it against them.
    private mutating func enterSections() {
        while self.entered < self.sections.count, self.sections[self.entered].indices.lowerBound == self.frontier.count
        {
            let section = self.sections[self.entered]
            self.entered += 1
            guard let file = section.file else {
                // The next file alone tells what these entries were.
                guard self.entered < self.sections.count, let next = self.sections[self.entered].file else { return }
                self.frontier = next.base.tree
                continue
            }
            let first = section.indices.lowerBound
            if file.base.tree != self.frontier {
                self.partial.add([
                    TrailProblem(
                        .tree,
                        first,
                        "the segment that begins here says of the entries before it what is not so."
                    )
                ])
            }
            for signed in file.carried
            where signed.checkpoint.size == first && signed.checkpoint.root != self.frontier.root {
                self.partial.add([
                    TrailProblem(
                        .tree,
                        first,
                        "the segment that begins here repeats a checkpoint that is not of the entries before it."
                    )
                ])
            }
        }
    }

    /// Compares checkpoints of removed entries, before any chunk.
    mutating func compareRemoved(_ verification: inout RemovedVerification) throws(TrailError) {
        try verification.forEachCheckpoint { signed, root in self.compare(signed, root, isGiven: false) }
        for signed in self.given where 0 < signed.checkpoint.size && signed.checkpoint.size <= self.frontier.count {
            if let root = try verification.root(size: signed.checkpoint.size) {
                self.compare(signed, root, isGiven: true)
            } else {
                self.partial.uncompared.append(signed.checkpoint.size)
            }
        }
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
        let first = self.sections[self.entered - 1].indices.lowerBound
        self.records[first] = (self.records[first] ?? IndexDigest()) + chunk.records
        let before = self.frontier
        for (signed, run) in chunk.checkpoints { self.compare(signed, before.joined(with: run).root, isGiven: false) }
        for signed in self.given {
            guard let run = chunk.edge(at: signed.checkpoint.size) else { continue }
            self.compare(signed, before.joined(with: run).root, isGiven: true)
        }
        var nodes: [(node: TreeNode, hash: MerkleHash)] = []
        self.frontier = before.joined(with: chunk.run) { node, hash in if node.isStored { nodes.append((node, hash)) } }
        if !nodes.isEmpty { self.nodes[first, default: []] += nodes }
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
