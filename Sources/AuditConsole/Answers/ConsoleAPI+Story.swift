import AuditTrail
import Logging

/// Everything about one entry, and what proves it.
///
/// The browser believes none of it: it shows the leaf's document, and checks it against the checkpoint by itself.
struct StoryAnswer: Encodable, Sendable {
    var entry: ProvenDocument
    /// What became of the entry; nothing while that is in doubt.
    var delivery: ProvenDocument?
    /// The newest checkpoint, when it covers the entry.
    var checkpoint: CheckpointDocument?
    /// Whether the newest checkpoint in the trail is not as it was signed.
    var isCheckpointChanged: Bool
    /// The number of the newest entry.
    var latestIndex: Int64

    struct ProvenDocument: Encodable, Sendable {
        var index: Int64
        /// The document that is hashed.
        var leaf: String
        /// The hashes beside the leaf's path, in base64, from the leaf up; nothing when no checkpoint covers the entry,
        /// or the stored tree is damaged.
        var proof: [String]?
    }
}

extension ConsoleAPI {
    func story(of index: Int64, who: String) throws -> StoryAnswer {
        guard let latest = try self.reader.latestIndex(), index <= latest else { throw Problem.notFound }
        let (newest, isChanged) = try self.newestCheckpoint()
        let covering = newest.flatMap { $0.checkpoint.size > index ? $0 : nil }
        guard let entry = try self.proven(index, covering) else { throw Problem.notFound }
        let delivery = try self.reader.deliveryIndex(of: index).flatMap { try self.proven($0, newest) }
        try self.record(.opened, ["index": "\(index)"], entries: 1, who: who)
        return StoryAnswer(
            entry: entry,
            delivery: delivery,
            checkpoint: covering.map(CheckpointDocument.init),
            isCheckpointChanged: isChanged,
            latestIndex: latest
        )
    }

    /// An entry with its proof, as far as it has one.
    private func proven(_ index: Int64, _ checkpoint: SignedCheckpoint?) throws -> StoryAnswer.ProvenDocument? {
        guard let document = try self.reader.document(of: index) else { return nil }
        var answer = StoryAnswer.ProvenDocument(index: index, leaf: String(decoding: document, as: UTF8.self))
        guard let checkpoint else { return answer }
        do throws(TrailError) {
            answer.proof = try self.reader.provenEntry(at: index, size: checkpoint.checkpoint.size)?
                .proof.map { Base64.encode($0.bytes) }
        } catch {
            guard error.code == .corrupt else { throw error }
            // A hash of the tree is missing: there is no proof, and the browser says that there should be one.
            self.logger.warning("A proof cannot be made", metadata: ["error": "\(error)"])
        }
        return answer
    }
}
