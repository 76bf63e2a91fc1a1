import LoginContracts
import ValidationPipeline

/// Judges a run by its logs alone: what was produced, recorded, asked, published and committed, and in which order.
///
/// It knows the rules of the contract and nothing of the engine.
final class SimulationAuditor {
    let isExactlyOnce: Bool
    private(set) var violations: [String] = []
    /// Published records, in the order of their publication.
    private(set) var published: [Published] = []
    private var publishedSources: Set<String> = []
    private var orderedSources: Set<String> = []
    private var lastPublishedOffset: [String: Int64] = [:]
    private(set) var complete: [Set<Int64>]

    struct Published {
        var trail: SimulatedTrail
        /// `nil` for a dead letter, which does not tell its entry.
        var index: Int64?
        var eventID: String
    }

    init(isExactlyOnce: Bool, partitions: Int) {
        self.isExactlyOnce = isExactlyOnce
        self.complete = Array(repeating: [], count: partitions)
    }

    func report(_ violation: String) {
        if self.violations.count < 10 { self.violations.append(violation) }
    }

    var completeCount: Int { self.complete.reduce(0) { $0 + $1.count } }

    /// The platform is asked about a record.
    func asked(_ identity: RecordIdentity, by trail: SimulatedTrail) {
        if trail.indices[identity] != nil {
            self.report("\(trail.id) asks about \(identity.partition)@\(identity.offset), which it has recorded")
        }
    }

    /// Records reach the outgoing topics; in an exactly-once service they are committed.
    func published(outcomes: [Outcome], deadLetters: [DeadLetter], by trail: SimulatedTrail, log: SimulatedLog) {
        for outcome in outcomes {
            let source = outcome.data.source
            let index = outcome.data.auditIndex
            let eventID = Logins.eventID(Logins.partition(source.partition), source.offset)
            if index < 0 || index >= trail.nextIndex {
                self.report("\(eventID) is published as entry \(index) before \(trail.id) has it")
            } else {
                let entry = trail.entries[Int(index)]
                if entry.identity.offset != source.offset || entry.identity.partition.partition != source.partition
                    || entry.decision != outcome.data.decision || entry.identity.outcomeID != outcome.id
                {
                    self.report("\(eventID) is published other than its entry \(index) of \(trail.id)")
                }
                if entry.decision == .pass { self.report("\(eventID) is a pass and has an outcome") }
            }
            self.note(Published(trail: trail, index: index, eventID: eventID))
            self.checkOrder(eventID, source.partition, source.offset, by: trail, log)
        }
        for letter in deadLetters {
            let record = letter.record
            let eventID = Logins.eventID(record.partition, record.offset)
            let identity = RecordIdentity(of: record, clusterID: Logins.clusterID)
            if let index = trail.indices[identity] {
                let entry = trail.entries[Int(index)]
                if DeadLetter.Disposition(decision: entry.decision, reason: entry.reason) != letter.disposition {
                    self.report("\(eventID) is a dead letter other than its entry \(index) of \(trail.id)")
                }
            } else {
                self.report("\(eventID) is a dead letter without an entry of \(trail.id)")
            }
            self.note(Published(trail: trail, index: trail.indices[identity], eventID: eventID))
        }
    }

    private func note(_ published: Published) {
        self.published.append(published)
        let isNew = self.publishedSources.insert(published.eventID).inserted
        if !isNew, self.isExactlyOnce { self.report("\(published.eventID) is published twice") }
    }

    /// Outcomes of one key appear in the order of its records; one that appears again says nothing new.
    private func checkOrder(
        _ eventID: String,
        _ partition: Int32,
        _ offset: Int64,
        by trail: SimulatedTrail,
        _ log: SimulatedLog
    ) {
        // Without transactions, what one instance published and did not commit may be decided otherwise by the next:
        // then each of them keeps the order for itself.
        let scope = self.isExactlyOnce ? "" : trail.id
        guard self.orderedSources.insert("\(scope)/\(eventID)").inserted else { return }
        let login = log.fetch(Int(partition), from: offset, limit: 1)[0]
        let key = login.record.key.map { String(decoding: $0, as: UTF8.self) } ?? login.event?.playerId
        guard let key else { return }
        let lane = "\(scope)/\(partition)/\(key)"
        if let last = self.lastPublishedOffset[lane], last > offset {
            self.report("\(eventID) is published after a later one of its key")
        }
        self.lastPublishedOffset[lane] = offset
    }

    /// Offsets are committed: every record that this completes must be recorded and, if it has to be, published.
    func committed(_ partition: Int, offset: Int64, metadata: String, by trail: SimulatedTrail, log: SimulatedLog) {
        let progress = CommittedProgress(offset: offset, metadata: metadata)
        for login in log.records[partition] {
            let at = login.record.offset
            let isComplete = progress?.isComplete(at) ?? (at < offset)
            let wasComplete = self.complete[partition].contains(at)
            if wasComplete, !isComplete {
                self.report("\(Logins.eventID(login.record.partition, at)) was complete and is not any more")
            }
            guard isComplete, !wasComplete else { continue }
            self.complete[partition].insert(at)
            let eventID = Logins.eventID(login.record.partition, at)
            guard let index = trail.indices[login.identity] else {
                self.report("\(eventID) is committed without an entry of \(trail.id)")
                continue
            }
            let isPass = trail.entries[Int(index)].decision == .pass
            if !isPass, !self.publishedSources.contains(eventID) {
                self.report("\(eventID) is committed and was not published")
            }
        }
    }

    /// At the end, when faults have ceased long ago.
    func ended(log: SimulatedLog, trails: [(trail: SimulatedTrail, hasLostMarks: Bool)]) {
        for (number, records) in log.records.enumerated() {
            for login in records where !self.complete[number].contains(login.record.offset) {
                self.report("\(Logins.eventID(login.record.partition, login.record.offset)) is lost")
            }
        }
        for (trail, hasLostMarks) in trails {
            let own = self.published.filter { $0.trail === trail }.compactMap(\.index)
            let published = Set(own)
            for index in own where self.isExactlyOnce && !hasLostMarks && trail.marks[index] != .committed {
                self.report("\(trail.id): the published entry \(index) has no mark")
            }
            for (index, fate) in trail.marks.sorted(by: { $0.key < $1.key }) {
                let isPass = trail.entries[Int(index)].decision == .pass
                if fate == .committed, !isPass, !published.contains(index) {
                    self.report("\(trail.id): the entry \(index) is marked as committed and was not published")
                }
                if fate == .superseded, self.isExactlyOnce, published.contains(index) {
                    self.report("\(trail.id): the entry \(index) is marked as superseded and was published")
                }
            }
        }
    }
}
