import GRDB
import LoginContracts

/// The verification of a run of entries of one file: of all that can be said without the others.
struct ChunkVerification {
    /// A chunk ends before a multiple of this; only the first and the last one of a file have fewer. A multiple of what a row
    /// of `time_ranges` sums up, and of a block of the index over players.
    static let size: Int64 = 1 << Int64(Self.level)
    private static let level = 2 * TreeNode.storedLevels

    let indices: Range<Int64>
    /// The tree of these entries alone.
    private(set) var run: MerkleRun
    /// The checkpoints that end in this chunk, with the tree of the entries up to there.
    private(set) var checkpoints: [(checkpoint: SignedCheckpoint, run: MerkleRun)] = []
    private(set) var problems: [TrailProblem] = []
    /// What the entries say about the access log.
    private(set) var accessLogHeads: [AccessLogHead] = []
    /// What the indices must deliver.
    private(set) var records = IndexDigest()

    private var nodes: [(node: TreeNode, hash: MerkleHash)] = []
    private var times: [TimeRange] = []
    private var deliveries: [Int64: (document: String, at: Int64)] = [:]
    private var edges: [Int64: MerkleRun] = [:]
    /// The sizes in ``edges`` that are still to come, the next one last.
    private var comingEdges: [Int64] = []
    private var players: [(block: Int64, digest: IndexDigest)] = []
    private var lastSource: (id: Int64?, source: LeafSource?) = (nil, nil)

    init(_ indices: Range<Int64>) {
        self.indices = indices
        self.run = MerkleRun(from: indices.lowerBound)
        self.times = [TimeRange(firstIndex: indices.lowerBound)]
    }

    /// Reads everything about the entries, and compares.
    ///
    /// - Parameters:
    ///   - sources: the rows of `sources` by id.
    ///   - ends: sizes of the tree at which the edge is wanted, besides those of the trail's own checkpoints.
    mutating func run(_ database: Database, sources: [Int64: LeafSource], ends: [Int64]) throws {
        try self.readDeliveries(database)
        let signed = try self.readCheckpoints(database)
        for end in ends + signed.map(\.checkpoint.size)
        where self.indices.lowerBound < end && end <= self.indices.upperBound {
            self.edges[end] = self.run
        }
        self.comingEdges = self.edges.keys.sorted(by: >)
        try self.readEntries(database, sources)
        for (index, _) in self.deliveries.sorted(by: { $0.key < $1.key }) {
            self.note(.tree, index, "a delivery is marked that is no entry.")
        }
        try self.compareNodes(database)
        try self.compareTimes(database)
        try self.comparePlayers(database)
        self.checkpoints = signed.compactMap { signed in
            self.edges[signed.checkpoint.size].map { (signed, $0) }
        }
    }

    /// The tree of the entries up to one of the sizes that were asked for.
    func edge(at size: Int64) -> MerkleRun? { self.edges[size] }

    private mutating func note(_ subject: TrailProblem.Subject, _ index: Int64?, _ message: String) {
        guard self.problems.count < TrailVerification.maximumProblems else { return }
        self.problems.append(TrailProblem(subject, index, message))
    }

    // MARK: Entries

    private static let selection = """
        SELECT \(EntryColumn.allCases.map(\.name).joined(separator: ", ")) FROM entries
        WHERE "index" BETWEEN ? AND ? ORDER BY "index"
        """

    private mutating func readEntries(_ database: Database, _ sources: [Int64: LeafSource]) throws {
        let statement = try database.cachedStatement(sql: Self.selection)
        let row = StatementHandle(pointer: statement.sqliteStatement)
        defer { row.reset() }
        row.bind(self.indices.lowerBound, at: 1)
        row.bind(self.indices.upperBound - 1, at: 2)
        let encoder = LeafEncoder()
        var expected = self.indices.lowerBound
        while try row.step() {
            let index = row.integer(EntryColumn.index.rawValue) ?? -1
            self.miss(expected, below: index)
            self.append(self.leaf(row, at: index, encoder, sources), at: index)
            expected = index + 1
        }
        self.miss(expected, below: self.indices.upperBound)
    }

    /// Notes the entries of a gap; something stands in for each, so that the others keep their places.
    private mutating func miss(_ first: Int64, below end: Int64) {
        for index in stride(from: first, to: end, by: 1) {
            self.note(.entry, index, "it is missing.")
            self.append(.ofEmptyTree, at: index)
        }
    }

    /// Compares an entry with its stored hash, and returns the hash of what the columns say.
    private mutating func leaf(
        _ row: StatementHandle,
        at index: Int64,
        _ encoder: LeafEncoder,
        _ sources: [Int64: LeafSource]
    ) -> MerkleHash {
        let sourceID = row.integer(EntryColumn.sourceID.rawValue)
        // Entries of one source come in runs.
        if let sourceID, sourceID != self.lastSource.id { self.lastSource = (sourceID, sources[sourceID]) }
        let source = sourceID == nil ? nil : self.lastSource.source
        if let sourceID, source == nil { self.note(.entry, index, "its source \(sourceID) is missing.") }
        do throws(LeafDefect) {
            try encoder.encode(StoredRow(row), source: source)
        } catch {
            self.note(.entry, index, "\(error.column.name) holds what this program never writes.")
            return .ofEmptyTree
        }
        let hash = encoder.hash
        if !row.hash(EntryColumn.leafHash.rawValue, equals: hash) {
            self.note(.entry, index, "its content and its hash do not belong together: one of them was changed.")
        }
        let recordedAt = row.integer(EntryColumn.recordedAt.rawValue) ?? 0
        if self.times[self.times.count - 1].add(index: index, recordedAt: Timestamp(recordedAt)) {
            self.times.append(TimeRange(firstIndex: index + 1))
        }
        if !row.isText(EntryColumn.kind.rawValue, EntryColumn.validationKind) {
            self.compareOther(row, at: index, recordedAt)
        }
        if let sourceID { self.records.add(row, sourceID: sourceID, index: index) }
        let block = index >> Int64(TrailSchema.playerBlockShift)
        if self.players.last?.block != block { self.players.append((block, IndexDigest())) }
        self.players[self.players.count - 1].digest.add(row, index: index)
        return hash
    }

    /// An entry that is no decision.
    private mutating func compareOther(_ row: StatementHandle, at index: Int64, _ recordedAt: Int64) {
        if row.isText(EntryColumn.kind.rawValue, EntryColumn.deliveryKind) {
            self.compareDelivery(row, at: index, recordedAt)
        } else if row.isText(EntryColumn.kind.rawValue, ServiceEntry.Kind.accessLogged.rawValue),
            let head = AccessLogHead(row)
        {
            self.accessLogHeads.append(head)
        }
    }

    private mutating func append(_ leaf: MerkleHash, at index: Int64) {
        var nodes = self.nodes
        self.nodes = []
        self.run.append(leaf) { node, hash in if node.isStored { nodes.append((node, hash)) } }
        self.nodes = nodes
        if let coming = self.comingEdges.last, coming == index + 1 {
            self.edges[coming] = self.run
            self.comingEdges.removeLast()
        }
    }

    // MARK: What stands beside the entries

    private mutating func readDeliveries(_ database: Database) throws {
        let marks = try database.rows(
            """
            SELECT entry_index, first_index, last_index, state, marked_at FROM deliveries
            WHERE entry_index BETWEEN ? AND ?
            """,
            binding: [self.indices.lowerBound, self.indices.upperBound - 1]
        ) { row in
            let state = row.exactText(3).flatMap(EntryDelivery.State.init(rawValue:))
            return (
                index: row.integer(0) ?? 0, first: row.exactInteger(1), last: row.exactInteger(2), state: state,
                at: row.exactInteger(4)
            )
        }
        for mark in marks {
            guard let first = mark.first, let last = mark.last, let state = mark.state, let at = mark.at, first <= last
            else {
                self.note(.tree, mark.index, "its mark of delivery holds what this program never writes.")
                continue
            }
            let delivery = EntryDelivery(indices: first...last, state: state, at: Timestamp(at))
            self.deliveries[mark.index] = (EntryRow.document(delivery), at)
        }
    }

    private mutating func compareDelivery(_ row: StatementHandle, at index: Int64, _ recordedAt: Int64) {
        guard let mark = self.deliveries.removeValue(forKey: index) else {
            return self.note(.tree, index, "it is a delivery, and its mark is missing.")
        }
        if !row.isText(EntryColumn.details.rawValue, mark.document) || mark.at != recordedAt {
            self.note(.tree, index, "it is a delivery, and its mark says something else: \(mark.document).")
        }
    }

    private mutating func readCheckpoints(_ database: Database) throws -> [SignedCheckpoint] {
        let statement = try database.cachedStatement(
            sql: "\(SignedCheckpoint.selection) WHERE size > ? AND size <= ? ORDER BY size"
        )
        let row = StatementHandle(pointer: statement.sqliteStatement)
        defer { row.reset() }
        row.bind(self.indices.lowerBound, at: 1)
        row.bind(self.indices.upperBound, at: 2)
        var checkpoints: [SignedCheckpoint] = []
        while try row.step() {
            if let signed = SignedCheckpoint(row) {
                checkpoints.append(signed)
            } else {
                let size = row.integer(3) ?? 0
                self.note(.tree, nil, "The checkpoint of \(size) entries was changed: its signature does not fit.")
            }
        }
        return checkpoints
    }

    private mutating func compareNodes(_ database: Database) throws {
        let problems = try Self.problems(of: self.nodes, database)
        for problem in problems { self.note(.tree, problem.index, problem.message) }
    }

    /// Compares nodes with those that are stored.
    static func problems(of nodes: [(node: TreeNode, hash: MerkleHash)], _ database: Database) throws -> [TrailProblem]
    {
        var problems: [TrailProblem] = []
        let statement = try database.cachedStatement(
            sql: "SELECT hash FROM tree_nodes WHERE level = ? AND position = ?"
        )
        let row = StatementHandle(pointer: statement.sqliteStatement)
        for (node, hash) in nodes {
            row.reset()
            row.bind(Int64(node.level), at: 1)
            row.bind(node.position, at: 2)
            if try row.step(), row.hash(0, equals: hash) { continue }
            problems.append(
                TrailProblem(
                    .tree,
                    node.firstLeaf,
                    "the stored hash of the entries \(node.firstLeaf) to \(node.end - 1) is missing or is not theirs."
                )
            )
        }
        row.reset()
        return problems
    }

    private mutating func compareTimes(_ database: Database) throws {
        let rows = try database.rows(
            "SELECT first_index, last_index, earliest, latest FROM time_ranges WHERE first_index BETWEEN ? AND ?",
            binding: [self.indices.lowerBound, self.indices.upperBound - 1]
        ) { row in (0..<4).map { row.exactInteger(CInt($0)) } }
        // The last one is not complete, or of the next chunk.
        for range in self.times.dropLast() {
            let last = (range.firstIndex / TrailSchema.entriesPerTimeRange + 1) * TrailSchema.entriesPerTimeRange - 1
            if rows.contains([range.firstIndex, last, range.earliest, range.latest]) { continue }
            self.note(.index, range.firstIndex, "the summary of its time and the next ones' is missing or wrong.")
        }
    }

    private mutating func comparePlayers(_ database: Database) throws {
        for (block, expected) in self.players {
            let found = try IndexDigest.ofPlayers(database, block: block, of: self.indices)
            if found == expected { continue }
            self.note(
                .index,
                max(self.indices.lowerBound, block << Int64(TrailSchema.playerBlockShift)),
                "the index over players is not that of the next \(1 << TrailSchema.playerBlockShift) entries."
            )
        }
    }
}
