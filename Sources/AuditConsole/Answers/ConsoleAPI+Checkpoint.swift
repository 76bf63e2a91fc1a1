import AuditTrail
import Logging
import LoginContracts

/// What is known about the trail as a whole.
struct StatusAnswer: Encodable, Sendable {
    var trail: String
    var createdAt: String
    /// How many entries were ever made; the index of the next one.
    var entries: Int64
    /// The oldest entry that is there: those before were removed by policy. 0 when all are there.
    var firstIndex: Int64
    /// When the newest entry was recorded.
    var newestAt: String?
    var checkpoint: CheckpointDocument?
    var isCheckpointChanged: Bool
    /// Entries that no checkpoint covers yet.
    var uncovered: Int64
    /// Who asks, as the access log names them.
    var who: String
    /// Whether who downloads evidence has to say why.
    var requiresPurpose: Bool
}

/// A question for a consistency proof, read from `/api/consistency?from=…&to=…`: two numbers of entries.
struct ConsistencyQuestion {
    let from: Int64
    let to: Int64

    init(_ text: String?) throws(Problem) {
        var parameters = try QueryParameters(text)
        guard let from = try parameters.integer("from", in: 0...Int64.max) else {
            throw .parameter("from", must: "be there")
        }
        guard let to = try parameters.integer("to", in: from...Int64.max) else {
            throw .parameter("to", must: "be there")
        }
        try parameters.finish(knowing: ["from", "to"])
        self.from = from
        self.to = to
    }
}

struct ConsistencyAnswer: Encodable, Sendable {
    var from: Int64
    var to: Int64
    /// In base64.
    var proof: [String]
}

extension ConsoleAPI {
    func status(who: String) throws -> StatusAnswer {
        let (checkpoint, isChanged) = try self.newestCheckpoint()
        let count = try self.reader.count()
        // An entry that cannot be read must not hide the rest: opening it says what is wrong.
        var newest = TrailQuery()
        newest.kinds = Set(TrailQuery.Kind.allCases)
        newest.limit = 1
        let newestAt = (try? self.reader.entries(newest))?.entries.first?.recordedAt.description
        try self.record(.viewedCheckpoint, [:], entries: 0, who: who)
        return StatusAnswer(
            trail: self.reader.trailID,
            createdAt: self.reader.createdAt.description,
            entries: count,
            firstIndex: try self.reader.removals().last?.indices.upperBound ?? 0,
            newestAt: newestAt,
            checkpoint: checkpoint.map(CheckpointDocument.init),
            isCheckpointChanged: isChanged,
            uncovered: max(0, count - (checkpoint?.checkpoint.size ?? 0)),
            who: who,
            requiresPurpose: self.requiresPurpose
        )
    }

    /// Shows that what a browser saw earlier is still there.
    func consistency(_ question: ConsistencyQuestion, who: String) throws -> ConsistencyAnswer {
        guard let proof = try self.reader.consistencyProof(from: question.from, to: question.to) else {
            throw Problem.parameter("to", must: "be at most the number of entries")
        }
        try self.record(
            .viewedCheckpoint,
            ["from": "\(question.from)", "to": "\(question.to)"],
            entries: 0,
            who: who
        )
        return ConsistencyAnswer(from: question.from, to: question.to, proof: proof.map { Base64.encode($0.bytes) })
    }

    /// The newest checkpoint, and whether it is not as it was signed.
    func newestCheckpoint() throws(TrailError) -> (SignedCheckpoint?, isChanged: Bool) {
        do throws(TrailError) {
            return (try self.reader.newestCheckpoint(), false)
        } catch {
            guard error.code == .corrupt else { throw error }
            self.logger.warning("The newest checkpoint was changed", metadata: ["error": "\(error)"])
            return (nil, true)
        }
    }
}
