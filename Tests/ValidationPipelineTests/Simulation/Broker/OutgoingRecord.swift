import LoginContracts
import ValidationPipeline

/// A record of the topics that the service writes.
struct OutgoingRecord {
    let content: Content
    let trail: SimulatedTrail
    /// `nil` outside of transactions: then it counts at once.
    let transaction: SimulatedTransaction?

    enum Content {
        case outcome(Outcome)
        case deadLetter(DeadLetter)
    }

    static func all(
        of publication: Publication,
        trail: SimulatedTrail,
        transaction: SimulatedTransaction?
    ) -> [OutgoingRecord] {
        let contents = publication.outcomes.map(Content.outcome) + publication.deadLetters.map(Content.deadLetter)
        return contents.map { OutgoingRecord(content: $0, trail: trail, transaction: transaction) }
    }
}

/// One transaction, from its first record to its markers.
final class SimulatedTransaction {
    /// The client's count of its transactions: a record that comes too late for one is out of sequence in the next.
    let token: Int
    let trail: SimulatedTrail
    var state: State = .open
    var records: [OutgoingRecord] = []
    /// By partition number.
    var offsets: [Int: CommittedProgress] = [:]

    enum State: Hashable {
        case open
        /// Its end is decided and its markers are being written.
        case ending(isCommit: Bool)
        case ended(isCommit: Bool)
    }

    init(token: Int, trail: SimulatedTrail) {
        self.token = token
        self.trail = trail
    }

    var hasEnded: Bool {
        if case .ended = self.state { return true }
        return false
    }
}
