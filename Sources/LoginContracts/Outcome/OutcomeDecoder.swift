import Foundation

/// An outcome as it was read from its topic: what an auditor holds against the trail.
package struct PublishedOutcome: Hashable, Sendable {
    /// The CloudEvents `id`, see ``RecordIdentity/outcomeID``.
    package var id: String
    package var decision: Decision
    package var reason: DecisionReason?
    package var playerId: String?
    package var decidedAt: Timestamp
    /// The number that the entry has in the trail of the instance that decided.
    package var auditIndex: Int64
    /// The login event's place.
    package var source: SourcePartition
    package var sourceOffset: Int64

    package init(
        id: String,
        decision: Decision,
        reason: DecisionReason?,
        playerId: String?,
        decidedAt: Timestamp,
        auditIndex: Int64,
        source: SourcePartition,
        sourceOffset: Int64
    ) {
        self.id = id
        self.decision = decision
        self.reason = reason
        self.playerId = playerId
        self.decidedAt = decidedAt
        self.auditIndex = auditIndex
        self.source = source
        self.sourceOffset = sourceOffset
    }
}

/// Why a record of the outcomes topic is no outcome. Never quotes the record.
package struct OutcomeDefect: Error, Hashable, Sendable, CustomStringConvertible {
    package var description: String

    package init(_ description: String) {
        self.description = description
    }
}

/// Reads outcomes in both content modes, see ``OutcomeEncoder/Mode``.
///
/// Whoever may write to the topic can put anything there, so nothing is taken for granted: what comes out obeys the
/// rules of `schemas/outcome.schema.json` as far as it is looked at.
package struct OutcomeDecoder: Sendable {
    /// Longer values are no outcomes of ours: everything in one is bounded far below, see `schemas/outcome.schema.json`.
    package static let maximumValueBytes = 1 << 20

    package init() {}

    package func decode(_ record: SourceRecord) throws(OutcomeDefect) -> PublishedOutcome {
        guard let value = record.value else { throw OutcomeDefect("it has no value") }
        guard value.count <= Self.maximumValueBytes else {
            throw OutcomeDefect("its value has more than \(Self.maximumValueBytes) bytes")
        }
        let isStructured = record.header("content-type")?.lowercased().hasPrefix("application/cloudevents") ?? false
        guard isStructured else {
            guard let data: OutcomeFields = Self.json(value) else {
                throw OutcomeDefect("its value is not the data of an outcome")
            }
            return try data.outcome(id: record.header("ce_id"), type: record.header("ce_type"))
        }
        guard let event: OutcomeEnvelope = Self.json(value) else {
            throw OutcomeDefect("its value is not an outcome as a structured CloudEvent")
        }
        return try event.data.outcome(id: event.id, type: event.type)
    }

    private static func json<Document: Decodable>(_ value: [UInt8]) -> Document? {
        try? JSONDecoder().decode(Document.self, from: Data(value))
    }
}

private struct OutcomeEnvelope: Decodable {
    var id: String?
    var type: String?
    var data: OutcomeFields
}

/// The members of ``OutcomeData`` that matter here.
private struct OutcomeFields: Decodable {
    var decision: Decision
    var reason: DecisionReason?
    var playerId: String?
    var decidedAt: String
    var auditIndex: Int64
    var source: OutcomeData.Source

    func outcome(id: String?, type: String?) throws(OutcomeDefect) -> PublishedOutcome {
        guard let id, Self.isID(id) else { throw OutcomeDefect("its id is not one of this service's") }
        guard type == "login.\(self.decision.rawValue).v1" else {
            throw OutcomeDefect("its type does not fit its decision")
        }
        guard let decidedAt = Timestamp(rfc3339: self.decidedAt) else {
            throw OutcomeDefect("its decidedAt is no time")
        }
        guard self.auditIndex >= 0, self.source.partition >= 0, self.source.offset >= 0, self.source.offset < .max
        else { throw OutcomeDefect("its auditIndex or source is no place") }
        return PublishedOutcome(
            id: id,
            decision: self.decision,
            reason: self.reason,
            playerId: self.playerId,
            decidedAt: decidedAt,
            auditIndex: self.auditIndex,
            source: SourcePartition(topic: self.source.topic, partition: self.source.partition),
            sourceOffset: self.source.offset
        )
    }

    /// 32 hexadecimal digits, small letters.
    private static func isID(_ text: String) -> Bool {
        text.utf8.count == 32 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}
