package import LoginContracts

/// The engine's view of the audit trail. Calls block, and come from one thread at a time.
package protocol DecisionTrail: Sendable {
    /// The trail's id; part of what is committed, see ``CommittedProgress``.
    var trailID: String { get }

    /// Writes entries, delivery marks and what the guard did in one transaction, durable on return.
    ///
    /// - Parameter transitions: become entries of their own, behind the others.
    /// - Returns: the numbers of `entries`, in their order.
    func append(
        _ entries: [ValidationEntry],
        marks: [DeliveryMark],
        transitions: [GuardTransition]
    ) throws(TrailFailure) -> Range<Int64>

    /// What the trail knows of those records.
    func recorded(_ identities: [RecordIdentity]) throws(TrailFailure) -> RecordedDecisions
}

/// What became of an entry's outcome.
package struct DeliveryMark: Hashable, Sendable {
    package var index: Int64
    package var fate: Fate
    package var at: Timestamp

    package enum Fate: Hashable, Sendable {
        /// Its outcome, if it has one, and its record's completion are committed to Kafka.
        case committed
        /// It never will be: another instance decided the record.
        case superseded
    }

    package init(index: Int64, fate: Fate, at: Timestamp) {
        self.index = index
        self.fate = fate
        self.at = at
    }
}

/// A decision that the trail already holds.
package struct RecordedDecision: Sendable {
    package var index: Int64
    package var entry: ValidationEntry
    /// Whether its outcome is known to be committed to Kafka.
    package var isCommitted: Bool

    package init(index: Int64, entry: ValidationEntry, isCommitted: Bool) {
        self.index = index
        self.entry = entry
        self.isCommitted = isCommitted
    }
}

/// What a trail knows of records that it was asked about.
package struct RecordedDecisions: Sendable, ExpressibleByDictionaryLiteral {
    /// The decisions that it holds.
    package var decisions: [RecordIdentity: RecordedDecision]
    /// Records that were decided, with their outcomes in Kafka, by entries that the trail has no more.
    package var removed: Set<RecordIdentity>

    package init(decisions: [RecordIdentity: RecordedDecision], removed: Set<RecordIdentity> = []) {
        self.decisions = decisions
        self.removed = removed
    }

    package init(dictionaryLiteral elements: (RecordIdentity, RecordedDecision)...) {
        self.init(decisions: Dictionary(elements, uniquingKeysWith: { first, _ in first }))
    }
}

/// Why the trail cannot be written or read just now. The engine holds, and tries again.
package struct TrailFailure: Error, Hashable, Sendable {
    package var message: String

    package init(message: String) {
        self.message = message
    }
}
