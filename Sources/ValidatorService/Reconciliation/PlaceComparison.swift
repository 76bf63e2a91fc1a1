import AuditTrail
import LoginContracts

/// The entries about one offset, held against what was published about it.
///
/// Usually that is one entry. There are more when the partition went to another instance in the middle (then all but one
/// are superseded), and when topics of one name followed another: then they are of different records, by their digests.
struct PlaceComparison {
    let offset: Int64
    private let isComplete: Bool
    /// By record.
    private var decided: [RecordEntries]

    private struct RecordEntries {
        var digest: RecordDigest
        /// The ones that count first, committed before in doubt.
        var entries: [RecordComparison.Candidate]
        var outcomes: Int64 = 0
        var deadLetters: Int64 = 0

        var valid: ArraySlice<RecordComparison.Candidate> { self.entries.prefix { $0.isValid } }
    }

    init(offset: Int64, _ entries: [RecordComparison.Candidate], isComplete: Bool) {
        self.offset = offset
        self.isComplete = isComplete
        self.decided = []
        for entry in entries.sorted(by: Self.countsMore) {
            if let place = self.decided.firstIndex(where: { $0.digest == entry.record.digest }) {
                self.decided[place].entries.append(entry)
            } else {
                self.decided.append(RecordEntries(digest: entry.record.digest, entries: [entry]))
            }
        }
    }

    private static func countsMore(_ left: RecordComparison.Candidate, _ right: RecordComparison.Candidate) -> Bool {
        func rank(_ entry: RecordComparison.Candidate) -> Int {
            switch entry.record.delivery {
            case .committed: 0
            case nil: 1
            case .superseded: 2
            }
        }
        return (rank(left), left.trail, left.record.index) < (rank(right), right.trail, right.record.index)
    }

    // MARK: What was published

    mutating func published(
        _ published: PublishedRecord,
        _ scope: RecordComparison.Scope,
        _ report: inout ReconciliationReport
    ) {
        switch published.content {
        case .outcome(let id, let decision, let reason, let player, let auditIndex):
            report.outcomes += 1
            guard let place = self.decided.firstIndex(where: { self.outcomeID($0.digest, scope) == id }) else {
                return self.withoutEntry(published, auditIndex: auditIndex, scope, &report)
            }
            guard !self.decided[place].valid.isEmpty else {
                return self.ofSuperseded(self.decided[place], published, scope, &report)
            }
            self.decided[place].outcomes += 1
            if self.decided[place].outcomes > 1 { self.double(published, self.decided[place], scope, &report) }
            let valid = self.decided[place].valid
            let entry = valid.first { $0.record.index == auditIndex } ?? valid[0]
            var differences: [String] = []
            if entry.record.index != auditIndex { differences.append("the entry's number") }
            if entry.record.decision != decision { differences.append("the decision") }
            if entry.record.reason != reason { differences.append("the reason") }
            if entry.record.isPlayerKnown, PublishedRecord.tag(ofPlayer: entry.record.playerId) != player {
                differences.append("the player")
            }
            self.differ(differences, entry, published, scope, &report)
        case .deadLetter(let digest, let disposition):
            report.deadLetters += 1
            let found = self.decided.firstIndex { record in
                digest.map { PublishedRecord.Bits128(record.digest.bytes) == $0 } ?? true
            }
            guard let place = found else { return self.withoutEntry(published, auditIndex: nil, scope, &report) }
            guard let entry = self.decided[place].valid.first else {
                return self.ofSuperseded(self.decided[place], published, scope, &report)
            }
            self.decided[place].deadLetters += 1
            if self.decided[place].deadLetters > 1 { self.double(published, self.decided[place], scope, &report) }
            let expected = DeadLetter.Disposition(decision: entry.record.decision, reason: entry.record.reason)
            self.differ(expected == disposition ? [] : ["the decision"], entry, published, scope, &report)
        }
    }

    private func outcomeID(_ digest: RecordDigest, _ scope: RecordComparison.Scope) -> PublishedRecord.Bits128? {
        let identity = RecordIdentity(
            clusterID: scope.clusterID,
            partition: scope.partition,
            offset: self.offset,
            digest: digest
        )
        return PublishedRecord.Bits128(hexadecimal: identity.outcomeID)
    }

    private func withoutEntry(
        _ published: PublishedRecord,
        auditIndex: Int64?,
        _ scope: RecordComparison.Scope,
        _ report: inout ReconciliationReport
    ) {
        if scope.isCutOff, self.offset < scope.first, self.decided.isEmpty {
            report.olderThanTheTrails += 1
            return
        }
        let noun = published.isOutcome ? "outcome" : "dead letter"
        var message =
            self.decided.isEmpty
            ? "No trail has an entry for this \(noun)."
            : "The trails have entries about this offset, and none is about the record that this \(noun) names."
        if let auditIndex { message += " It says that it is entry \(auditIndex) of its trail." }
        report.add(
            self.finding(
                published.isOutcome ? .outcomeWithoutEntry : .deadLetterWithoutEntry,
                self.decided.first?.entries.first,
                published,
                scope,
                message
            )
        )
    }

    private func ofSuperseded(
        _ decided: RecordEntries,
        _ published: PublishedRecord,
        _ scope: RecordComparison.Scope,
        _ report: inout ReconciliationReport
    ) {
        report.add(
            self.finding(
                published.isOutcome ? .outcomeWithoutEntry : .deadLetterWithoutEntry,
                decided.entries.first,
                published,
                scope,
                "The only entry about it is superseded: another instance decided, whose trail was not given."
            )
        )
    }

    private func double(
        _ published: PublishedRecord,
        _ decided: RecordEntries,
        _ scope: RecordComparison.Scope,
        _ report: inout ReconciliationReport
    ) {
        let noun = published.isOutcome ? "outcome" : "dead letter"
        report.add(
            self.finding(
                published.isOutcome ? .doubleOutcome : .doubleDeadLetter,
                decided.entries.first,
                published,
                scope,
                "This record has another \(noun) before this one."
            )
        )
    }

    private func differ(
        _ differences: [String],
        _ entry: RecordComparison.Candidate,
        _ published: PublishedRecord,
        _ scope: RecordComparison.Scope,
        _ report: inout ReconciliationReport
    ) {
        guard !differences.isEmpty else { return }
        let noun = published.isOutcome ? "outcome" : "dead letter"
        report.add(
            self.finding(
                published.isOutcome ? .differingOutcome : .differingDeadLetter,
                entry,
                published,
                scope,
                "The \(noun) differs from the entry in \(differences.joined(separator: " and "))."
            )
        )
    }

    // MARK: What should have been

    func end(_ scope: RecordComparison.Scope, _ report: inout ReconciliationReport) {
        for record in self.decided {
            report.supersededEntries += Int64(record.entries.count - record.valid.count)
            self.doubt(record, scope, &report)
            self.presence(of: record, scope, &report)
        }
    }

    /// Entries that count, and too many or not for certain.
    private func doubt(
        _ record: RecordEntries,
        _ scope: RecordComparison.Scope,
        _ report: inout ReconciliationReport
    ) {
        let committed = record.valid.filter(\.isCommitted)
        let inDoubt = record.valid.filter { !$0.isCommitted }
        // Until the group has committed, two in doubt are what a partition that moves leaves for a moment.
        if committed.count > 1 || (self.isComplete && committed.isEmpty && inDoubt.count > 1) {
            for other in record.valid.dropFirst() {
                report.add(
                    self.finding(
                        .doubleEntry,
                        other,
                        nil,
                        scope,
                        "Entry \(record.valid[0].record.index) of trail \(record.valid[0].trail + 1) decides this record too."
                    )
                )
            }
        }
        guard self.isComplete else {
            report.entriesNotYetCommitted += Int64(inDoubt.count)
            return
        }
        for entry in inDoubt {
            var message = "The record is committed; the trail does not say whether this decision was published."
            if let other = committed.first {
                message += " Entry \(other.record.index) of trail \(other.trail + 1) was."
            } else if Self.isDeadLetter(entry) ? record.deadLetters > 0 : record.outcomes > 0 {
                message += " It was."
            } else if entry.record.decision != .pass {
                message += " Its \(Self.isDeadLetter(entry) ? "dead letter" : "outcome") is not in the topic."
            }
            report.add(self.finding(.entryInDoubt, entry, nil, scope, message))
        }
    }

    /// What is marked as committed must be in its topic.
    private func presence(
        of record: RecordEntries,
        _ scope: RecordComparison.Scope,
        _ report: inout ReconciliationReport
    ) {
        guard let entry = record.valid.first, entry.isCommitted, let marked = entry.record.deliveryIndex,
            // A younger mark may be about what came after the look at the topics' ends.
            marked < scope.knownEntries[entry.trail],
            // Whether passes are published is a setting, and not in the trail.
            entry.record.decision != .pass
        else { return }
        let isDeadLetter = Self.isDeadLetter(entry)
        guard (isDeadLetter ? record.deadLetters : record.outcomes) == 0 else { return }
        if let since = isDeadLetter ? scope.deadLettersSince : scope.outcomesSince, entry.record.recordedAt < since {
            report.noLongerInTheTopic += 1
            return
        }
        let topic = isDeadLetter ? scope.deadLettersTopic : scope.outcomesTopic
        report.add(
            self.finding(
                isDeadLetter ? .missingDeadLetter : .missingOutcome,
                entry,
                nil,
                scope,
                "The trail says that it was committed to \(topic), and it is not there."
            )
        )
    }

    private static func isDeadLetter(_ entry: RecordComparison.Candidate) -> Bool {
        DeadLetter.Disposition(decision: entry.record.decision, reason: entry.record.reason) != nil
    }

    private func finding(
        _ kind: ReconciliationFinding.Kind,
        _ entry: RecordComparison.Candidate?,
        _ published: PublishedRecord?,
        _ scope: RecordComparison.Scope,
        _ message: String
    ) -> ReconciliationFinding {
        ReconciliationFinding(
            kind,
            record: .init(scope.partition, self.offset...self.offset),
            entry: entry.map { .init(trail: $0.trail, index: $0.record.index) },
            published: published.map {
                .init(
                    topic: $0.isOutcome ? scope.outcomesTopic : scope.deadLettersTopic,
                    partition: $0.partition,
                    offset: $0.offset
                )
            },
            message: message
        )
    }
}
