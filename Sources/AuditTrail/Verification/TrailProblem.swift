/// Something in a trail that is not as it was written, or not as it was signed.
package struct TrailProblem: Hashable, Sendable, CustomStringConvertible {
    /// The first entry that it concerns, `nil` when it concerns none in particular.
    package var index: Int64?
    /// What is wrong, in a sentence without the index.
    package var message: String
    private let subject: Subject

    /// What is wrong with an entry comes first: the rest may only follow from it.
    enum Subject: Int, Comparable {
        case entry
        /// Hashes, checkpoints, deliveries.
        case tree
        /// What helps to find entries.
        case index

        static func < (left: Subject, right: Subject) -> Bool { left.rawValue < right.rawValue }
    }

    init(_ subject: Subject, _ index: Int64? = nil, _ message: String) {
        self.subject = subject
        self.index = index
        self.message = message
    }

    /// Whether it is about one of the entries themselves.
    var isAboutAnEntry: Bool { self.subject == .entry }

    static func < (left: TrailProblem, right: TrailProblem) -> Bool {
        (left.subject, left.index ?? .max, left.message) < (right.subject, right.index ?? .max, right.message)
    }

    package var description: String {
        self.index.map { "Entry \($0): \(self.message)" } ?? self.message
    }
}

/// What became of a verification.
package struct TrailVerification: Hashable, Sendable {
    /// How many entries were looked at: all that there were when it began.
    package var entries: Int64 = 0
    /// How many entries before those were removed by policy: of them the trail keeps hashes and checkpoints.
    package var removed: Int64 = 0
    /// The root over them.
    package var root = MerkleHash.ofEmptyTree
    /// How many checkpoints in the trail agree with it, and how many that were given.
    package var checkpoints = 0
    package var givenCheckpoints = 0
    /// Sizes of given checkpoints that nothing was kept to compare with: their entries were removed, and the trail has no
    /// checkpoint of that size.
    package var uncompared: [Int64] = []
    /// The keys that have signed the trail's checkpoints.
    package var verifiers: Set<NoteVerifier> = []
    /// How many entries the newest checkpoint covers that agrees, 0 when there is none: the others are not protected yet.
    package var covered: Int64 = 0
    /// The first problems, at most ``maximumProblems``: those of entries first, by their numbers.
    package var problems: [TrailProblem] = []
    /// What the trail knows of its access log, in no particular order.
    package var accessLogHeads: [AccessLogHead] = []

    package static let maximumProblems = 20

    mutating func add(_ problems: [TrailProblem]) {
        self.problems = Array((self.problems + problems).sorted(by: <).prefix(Self.maximumProblems))
    }
}
