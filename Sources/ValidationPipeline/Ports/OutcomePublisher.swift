package import LoginContracts

/// The engine's view of Kafka's producing side. Calls block, and come from one thread at a time.
package protocol OutcomePublisher: Sendable {
    /// Publishes a cycle's records and commits its offsets.
    ///
    /// Exactly-once: all of it in one transaction, or none. At-least-once: the offsets only after every record was
    /// acknowledged. Where a transaction's end is in doubt the publisher finds out before it returns, see ``CommitEnd``:
    /// it returns with an error only when the offsets are *known* not to be committed by it, or when another instance has
    /// gone on with the partitions, and it can no longer be known; then ``PublicationFailure/isInDoubt`` is set.
    func publish(_ publication: Publication) throws(PublicationFailure)
}

/// All that one commit cycle tells Kafka.
package struct Publication: Sendable {
    /// The assignment that the partitions belong to: in another generation of the group they may be somebody else's.
    package var epoch: UInt64
    package var outcomes: [Outcome]
    package var deadLetters: [DeadLetter]
    package var progress: [(partition: SourcePartition, progress: CommittedProgress)]

    package init(
        epoch: UInt64,
        outcomes: [Outcome],
        deadLetters: [DeadLetter],
        progress: [(partition: SourcePartition, progress: CommittedProgress)]
    ) {
        self.epoch = epoch
        self.outcomes = outcomes
        self.deadLetters = deadLetters
        self.progress = progress
    }
}

/// A publication that did not take place. The engine drops what it no longer owns and tries the rest again.
package struct PublicationFailure: Error, Hashable, Sendable {
    package var message: String
    /// Whether its outcomes may be published all the same: then nobody can say of them that they are not.
    package var isInDoubt: Bool

    package init(message: String, isInDoubt: Bool = false) {
        self.message = message
        self.isInDoubt = isInDoubt
    }
}
