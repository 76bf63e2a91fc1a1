import AuditTrail
import Foundation
import LoginContracts

/// All there is to say about one entry: what happened in its order, its fields, and what proves it.
struct EntryStory: Encodable {
    let document: EntryDocument
    let proof: Proof?

    /// Whether the entry is in a signed tree.
    struct Proof: Encodable {
        /// The hash of the entry, in hexadecimal.
        var leafHash: String
        /// Whether the hashes beside the leaf's path lead to the signed root.
        var holds: Bool
        var hashes: Int
        var checkpointSize: Int64
        var signedAt: String
        var verifierKey: String
    }

    private enum CodingKeys: String, CodingKey {
        case proof
    }

    init(_ entry: TrailEntry, _ reader: TrailReader) throws {
        self.document = EntryDocument(entry)
        self.proof = try reader.inclusionProof(of: entry.index).map { proof in
            Proof(
                leafHash: MerkleHash.leaf(proof.entry.document).bytes.hexadecimal,
                holds: proof.holds,
                hashes: proof.entry.proof.count,
                checkpointSize: proof.checkpoint.checkpoint.size,
                signedAt: proof.checkpoint.signedAt.description,
                verifierKey: proof.checkpoint.verifier.description
            )
        }
    }

    /// The entry's members, and `proof` among them.
    func encode(to encoder: any Encoder) throws {
        try self.document.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(self.proof, forKey: .proof)
    }

    /// The course of events and the fields as tables.
    var text: String {
        var course = TextTable([.init("TIME"), .init("STEP"), .init("WHAT")], maximumCellWidth: Self.maximumCellWidth)
        for step in self.steps { course.append([step.time ?? "", step.name, step.what]) }
        var fields = TextTable([.init("FIELD"), .init("VALUE")], maximumCellWidth: Self.maximumCellWidth)
        for (name, text) in self.document.fields {
            if let text { fields.append([name, text]) }
        }
        return course.text + "\n" + fields.text
    }

    /// What an event holds is shown whole up to this length.
    private static let maximumCellWidth = 4000

    private struct Step {
        var time: String?
        var name: String
        var what: String

        init(_ time: String?, _ name: String, _ what: String) {
            self.time = time
            self.name = name
            self.what = what
        }
    }

    private var steps: [Step] {
        let document = self.document
        guard let decision = document.decision else {
            return [
                Step(document.recordedAt, document.kind, document.message ?? "entry \(document.index)"), self.proven,
            ]
        }
        var steps = [
            Step(
                document.occurredAt,
                "login",
                Self.sentence([("player", document.playerId), ("of app", document.kgAppId)])
            ),
            Step(
                nil,
                "event",
                "\(document.topic ?? "?")/\(document.partition ?? 0)/\(document.offset ?? 0)"
                    + (document.eventId.map { ", id \($0)" } ?? "")
            ),
        ]
        if let attempts = document.attempts, attempts > 0 { steps.append(Step(nil, "platform", self.answer(attempts))) }
        steps.append(
            Step(document.recordedAt, "decision", decision + (document.reason.map { ", \($0)" } ?? ""))
        )
        steps.append(
            document.deliveredAt == nil
                ? Step(nil, "delivery", "in doubt: nothing in the trail says that it reached Kafka")
                : Step(document.deliveredAt, "delivery", document.delivery ?? "?")
        )
        return steps + [self.proven]
    }

    private static func sentence(_ parts: [(String, String?)]) -> String {
        parts.compactMap { name, value in value.map { "\(name) \($0)" } }.joined(separator: " ")
    }

    private func answer(_ attempts: Int) -> String {
        var parts = [attempts == 1 ? "1 call" : "\(attempts) calls"]
        if let status = self.document.httpStatus {
            parts.append("status \(status)" + (self.document.apiCode.map { ", code \($0)" } ?? ""))
        } else {
            parts.append("no answer")
        }
        if let latency = self.document.platformLatencyMicroseconds {
            parts.append(String(format: "%.1f ms", Double(latency) / 1000))
        }
        return parts.joined(separator: ", ")
    }

    private var proven: Step {
        guard let proof else { return Step(nil, "proof", "no checkpoint covers the entry yet") }
        guard proof.holds else {
            return Step(proof.signedAt, "proof", "DOES NOT HOLD: the entry or the tree was changed, run audit verify")
        }
        return Step(proof.signedAt, "proof", "holds: in the signed tree of \(proof.checkpointSize) entries")
    }
}
