/// A dead letter as it was read from its topic, and what is wrong with it.
///
/// Anybody who may write to the topic can put anything there, so everything that a header should say may be missing;
/// then ``problems`` says why, and the letter cannot be replayed.
package struct StoredDeadLetter: Sendable {
    /// Where the dead letter itself lies.
    package var place: SourcePartition
    package var offset: Int64
    /// The dead letter's own: that of the event's record, unless the topic stamps records when they are appended.
    package var timestamp: Timestamp?
    package var disposition: DeadLetter.Disposition?
    package var origin: Origin?
    /// Why the event was put aside; at most ``maximumMessageLength`` characters.
    package var message: String?
    package var groupID: String?
    package var instanceID: String?
    /// How often this event has become a dead letter.
    package var failures: Int
    /// How often it had been replayed before.
    package var replays: Int
    /// Whose replay it is, `cluster/topic/partition/offset`.
    package var replayedFrom: String?
    /// What was left out because of its size: `value`, `headers`, `key`.
    package var omitted: [String]
    package var problems: [DeadLetterProblem]
    /// The login event's record, without the headers of its failure. It stands at its first place if that is known.
    package var event: SourceRecord

    /// Where the event's record stood when it failed.
    package struct Origin: Hashable, Sendable {
        package var partition: SourcePartition
        package var offset: Int64
        package var timestamp: Timestamp?

        package init(partition: SourcePartition, offset: Int64, timestamp: Timestamp? = nil) {
            self.partition = partition
            self.offset = offset
            self.timestamp = timestamp
        }
    }

    package static let maximumMessageLength = 1024

    /// Why the letter cannot be replayed, or `nil` when it can.
    package var obstacle: String? {
        if let problem = self.problems.first { return "\(problem)" }
        guard self.omitted.isEmpty else {
            let place = self.origin.map { "\($0.partition.topic)/\($0.partition.partition)/\($0.offset)" } ?? "?"
            return "its \(self.omitted.joined(separator: ", ")) had to be left out because of the size; "
                + "the original stood at \(place)"
        }
        return nil
    }
}

/// A header of a dead letter that is not as it should be.
package struct DeadLetterProblem: Error, Hashable, Sendable, CustomStringConvertible {
    package var header: String
    package var rule: String

    package init(header: String, rule: String) {
        self.header = header
        self.rule = rule
    }

    package var description: String { "the header \(self.header) \(self.rule)" }
}
