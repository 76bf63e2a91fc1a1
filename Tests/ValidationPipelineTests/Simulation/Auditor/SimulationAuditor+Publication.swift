import LoginContracts
import ValidationPipeline

/// Rules about what is published.
extension SimulationAuditor {
    /// A record is sent to Kafka: what it says must be in the trail.
    func produced(_ record: OutgoingRecord) {
        let trail = record.trail
        switch record.content {
        case .outcome(let outcome):
            let source = outcome.data.source
            let eventID = Logins.eventID(Logins.partition(source.partition), source.offset)
            guard let entry = trail.entry(outcome.data.auditIndex) else {
                return self.report("\(eventID) is published before \(trail.id) has it")
            }
            if let difference = Self.difference(outcome, entry) {
                self.report("\(eventID) is published other than its entry of \(trail.id): \(difference)")
            }
            if entry.decision != .kick, entry.decision != .lockout {
                self.report("\(eventID) has an outcome although it is decided \(entry.decision)")
            }
        case .deadLetter(let letter):
            let eventID = Logins.eventID(letter.record.partition, letter.record.offset)
            guard let entry = Self.entry(of: letter.record, trail) else {
                return self.report("\(eventID) is a dead letter before \(trail.id) has it")
            }
            if Self.disposition(of: entry) != letter.disposition {
                self.report("\(eventID) is a dead letter other than its entry of \(trail.id)")
            }
        }
    }

    private static func entry(of record: SourceRecord, _ trail: SimulatedTrail) -> ValidationEntry? {
        trail.indices.first { $0.key.partition == record.partition && $0.key.offset == record.offset }
            .flatMap { trail.entry($0.value) }
    }

    private static func disposition(of entry: ValidationEntry) -> DeadLetter.Disposition? {
        switch entry.decision {
        case .rejected: entry.reason == .malformed ? .malformed : .rejectedByPlatform
        case .undetermined: .undetermined
        case .stale: .stale
        case .pass, .kick, .lockout: nil
        }
    }

    /// Names the first field that is not the entry's.
    private static func difference(_ outcome: Outcome, _ entry: ValidationEntry) -> String? {
        let data = outcome.data
        if outcome.id != entry.identity.outcomeID { return "id" }
        if data.source.offset != entry.identity.offset { return "offset" }
        if data.source.partition != entry.identity.partition.partition { return "partition" }
        if data.decision != entry.decision || data.reason != entry.reason { return "decision" }
        if data.status != entry.httpStatus || data.code != entry.apiCode { return "status" }
        if data.playerId != entry.playerId || data.kgAppId != entry.kgAppId { return "player" }
        if outcome.decidedAt != entry.recordedAt { return "decidedAt" }
        return nil
    }

    /// A reader of committed records gets a record.
    func read(_ record: OutgoingRecord) {
        let trail = record.trail
        switch record.content {
        case .outcome(let outcome):
            let source = outcome.data.source
            let eventID = Logins.eventID(Logins.partition(source.partition), source.offset)
            self.note(Published(trail: trail, index: outcome.data.auditIndex, eventID: eventID))
            self.checkOrder(eventID, source.partition, source.offset, by: trail)
        case .deadLetter(let letter):
            let eventID = Logins.eventID(letter.record.partition, letter.record.offset)
            let index = trail.indices.first {
                $0.key.partition == letter.record.partition && $0.key.offset == letter.record.offset
            }
            if let index { self.note(Published(trail: trail, index: index.value, eventID: eventID)) }
        }
    }

    /// A process has asked how a publication ended, when others had committed for all of its partitions since.
    func endIsUnknown(of publication: Publication) {
        for outcome in publication.outcomes {
            let source = outcome.data.source
            self.unknowable.insert(Logins.eventID(Logins.partition(source.partition), source.offset))
        }
        for letter in publication.deadLetters {
            self.unknowable.insert(Logins.eventID(letter.record.partition, letter.record.offset))
        }
    }

    private func note(_ published: Published) {
        self.published.append(published)
        let isNew = self.publishedSources.insert(published.eventID).inserted
        if !isNew, self.isExactlyOnce { self.report("\(published.eventID) is published twice") }
    }

    /// Outcomes of one key appear in the order of its records; one that appears again says nothing new.
    private func checkOrder(_ eventID: String, _ partition: Int32, _ offset: Int64, by trail: SimulatedTrail) {
        // Without transactions, what one instance published and did not commit may be decided otherwise by the next:
        // then each of them keeps the order for itself.
        let scope = self.isExactlyOnce ? "" : trail.id
        guard self.orderedSources.insert("\(scope)/\(eventID)").inserted, let login = self.produced[eventID]?.login
        else { return }
        let key = login.record.key.map { String(decoding: $0, as: UTF8.self) } ?? login.event?.playerId
        guard let key else { return }
        let lane = "\(scope)/\(partition)/\(key)"
        if let last = self.lastPublishedOffset[lane], last > offset {
            self.report("\(eventID) is published after a later one of its key")
        }
        self.lastPublishedOffset[lane] = offset
    }
}
