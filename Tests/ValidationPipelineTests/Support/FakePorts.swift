import LoginContracts
import Synchronization
import ValidationPipeline

/// Collects the platform's calls and lets the test answer them.
final class FakeValidator: TokenValidator {
    let calls = Mutex<[(event: LoginEvent, completion: @Sendable (AttemptResult) -> Void)]>([])

    func validate(_ event: LoginEvent, completion: @escaping @Sendable (AttemptResult) -> Void) {
        self.calls.withLock { $0.append((event, completion)) }
    }

    var asked: [String] { self.calls.withLock { $0.map(\.event.eventID) } }

    /// Ends the oldest call; must run on the engine's executor.
    func answer(_ result: AttemptResult) {
        let call = self.calls.withLock { $0.removeFirst() }
        call.completion(result)
    }
}

/// A trail in memory that can be made to fail, and that notes what was asked of it.
final class FakeTrail: DecisionTrail {
    let trailID = "trail"
    let journal: Journal
    let isFailing = Mutex(false)
    private let count = Mutex<Int64>(0)

    init(journal: Journal) {
        self.journal = journal
    }

    func append(
        _ entries: [ValidationEntry],
        marks: [DeliveryMark],
        transitions: [GuardTransition]
    ) throws(TrailFailure) -> Range<Int64> {
        self.journal.note("append \(entries.count) entries, \(marks.count) marks")
        if self.isFailing.withLock({ $0 }) { throw TrailFailure(message: "The disk is full.") }
        return self.count.withLock { count in
            let first = count
            count += Int64(entries.count)
            return first..<count
        }
    }

    func recorded(_ identities: [RecordIdentity]) throws(TrailFailure) -> RecordedDecisions {
        self.journal.note("look up \(identities.count)")
        return [:]
    }
}

final class FakePublisher: OutcomePublisher {
    let journal: Journal

    init(journal: Journal) {
        self.journal = journal
    }

    func publish(_ publication: Publication) throws(PublicationFailure) {
        self.journal.note("publish \(publication.outcomes.count) outcomes")
    }
}

/// What happened, in its order.
final class Journal: Sendable {
    private let notes = Mutex<[String]>([])

    func note(_ text: String) { self.notes.withLock { $0.append(text) } }

    var lines: [String] { self.notes.withLock { $0 } }
}
