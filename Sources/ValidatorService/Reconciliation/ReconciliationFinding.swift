package import LoginContracts

/// Something about which the trails and Kafka do not agree.
package struct ReconciliationFinding: Hashable, Sendable {
    package var kind: Kind
    /// The login events in question.
    package var record: Records?
    /// An entry about them, by the trail's place in the list of trails and its own number.
    package var entry: Entry?
    /// The outcome or dead letter in question.
    package var published: PublishedPlace?
    /// What was found, in a sentence. Quotes no record.
    package var message: String

    /// Login events of one partition.
    package struct Records: Hashable, Sendable, CustomStringConvertible {
        package var partition: SourcePartition
        package var offsets: ClosedRange<Int64>

        package init(_ partition: SourcePartition, _ offsets: ClosedRange<Int64>) {
            self.partition = partition
            self.offsets = offsets
        }

        package var count: Int64 { self.offsets.upperBound - self.offsets.lowerBound + 1 }

        /// `login.events/3/17` or `login.events/3/17..19`.
        package var description: String {
            let place = "\(self.partition.topic)/\(self.partition.partition)/\(self.offsets.lowerBound)"
            return self.count == 1 ? place : "\(place)..\(self.offsets.upperBound)"
        }
    }

    package struct Entry: Hashable, Sendable {
        package var trail: Int
        package var index: Int64?

        package init(trail: Int, index: Int64?) {
            self.trail = trail
            self.index = index
        }
    }

    /// A record of the outcomes or dead-letter topic.
    package struct PublishedPlace: Hashable, Sendable, CustomStringConvertible {
        package var topic: String
        package var partition: Int32
        package var offset: Int64

        package init(topic: String, partition: Int32, offset: Int64) {
            self.topic = topic
            self.partition = partition
            self.offset = offset
        }

        package var description: String { "\(self.topic)/\(self.partition)/\(self.offset)" }
    }

    package init(
        _ kind: Kind,
        record: Records? = nil,
        entry: Entry? = nil,
        published: PublishedPlace? = nil,
        message: String
    ) {
        self.kind = kind
        self.record = record
        self.entry = entry
        self.published = published
        self.message = message
    }
}

extension ReconciliationFinding {
    /// What sort of disagreement it is.
    package enum Kind: String, CaseIterable, Hashable, Sendable {
        /// A record that the group has committed and that no trail has a decision of.
        case missingEntry
        /// A record with more than one decision that counts.
        case doubleEntry
        /// An entry without a delivery, of a record that the group has committed.
        case entryInDoubt
        case outcomeWithoutEntry
        case deadLetterWithoutEntry
        /// An entry that is marked committed, and its outcome is not in the topic.
        case missingOutcome
        case missingDeadLetter
        case doubleOutcome
        case doubleDeadLetter
        /// An outcome that says something else than its entry.
        case differingOutcome
        case differingDeadLetter
        /// A record of the outcomes topic that is no outcome.
        case foreignOutcome
        /// What is committed names a trail that was not given.
        case trailNotGiven
        /// What is committed shows that a trail had more entries than it has.
        case trailCutOff
    }
}

extension ReconciliationFinding.Kind {
    /// What to do about it.
    package var advice: String {
        switch self {
        case .missingEntry:
            "Give the trails of all instances, also of those that no longer run. If none is left out, a trail was lost or cut "
                + "off: run audit verify with a checkpoint that you kept, and restore a copy."
        case .doubleEntry:
            "Look at both with audit show. Two trails that decided one record and both published it were not in one "
                + "consumer group, or the group's offsets were set back while a trail was replaced."
        case .entryInDoubt:
            "Start the instance of that trail: when the partition comes back to it, it finds out and marks the entry."
        case .outcomeWithoutEntry:
            "Give the trails of all instances. If none is left out, somebody else wrote this outcome, and kick handlers may "
                + "have obeyed it: look at who may write to the topic."
        case .deadLetterWithoutEntry:
            "Give the trails of all instances. If none is left out, somebody else wrote this dead letter: look at who may write "
                + "to the topic, and do not replay it."
        case .missingOutcome, .missingDeadLetter:
            "Look at the topic's cleanup policy: a compacted topic, or one whose records were deleted, loses them. Otherwise "
                + "the outcome was lost after its commit: look at the broker's log and at unclean leader elections."
        case .doubleOutcome, .doubleDeadLetter:
            "With KAFKA_DELIVERY=at-least-once a crash can repeat it, with the same ce_id. With exactly-once, look for a second "
                + "consumer group that publishes to the same topic."
        case .differingOutcome, .differingDeadLetter:
            "Run audit verify with a checkpoint that you kept: if the entry is as it was signed, it is the published record that "
                + "somebody else wrote."
        case .foreignOutcome:
            "Kick handlers may obey it: look at who may write to the topic."
        case .trailNotGiven:
            "Give that trail too, or a copy of it."
        case .trailCutOff:
            "An older copy has taken the trail's place, or its end was lost: keep the file for examination, and give the newest "
                + "copy."
        }
    }
}
