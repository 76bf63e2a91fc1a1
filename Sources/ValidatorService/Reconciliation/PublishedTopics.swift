import AuditTrail
import KafkaClient
import LoginContracts

/// Reads the outcomes and dead letters, and keeps of each what is compared, in the order of the login events.
struct PublishedTopics {
    private let ranges: [KafkaOffsetRange]
    private let kafka: ServiceConfiguration.Kafka
    private let reader: KafkaTopicReader
    private let trails: [TrailReader]
    private let clusterID: String
    private let runs: SortedRuns
    private let outcomes = OutcomeDecoder()
    private let letters = DeadLetterDecoder()
    private(set) var horizons = Horizons()

    /// Since when the topics have everything; `nil` when nothing of them was deleted.
    ///
    /// Kafka deletes a partition from its beginning, so what was decided after the first record that a partition still
    /// has, it still has. Whose partition a player's outcomes are in is not known here; so the latest of the first
    /// records' times counts for all of them.
    struct Horizons {
        var outcomes: Timestamp?
        var deadLetters: Timestamp?
    }

    init(_ reconciliation: Reconciliation, _ view: ReconciliationView) throws {
        self.ranges = view.published
        self.kafka = reconciliation.configuration.kafka
        self.reader = reconciliation.reader
        self.trails = reconciliation.trails
        self.clusterID = view.clusterID
        self.runs = try SortedRuns()
    }

    mutating func read(_ report: inout ReconciliationReport, _ progress: inout ReconciliationProgress) throws {
        for range in self.ranges {
            let isOutcomes = range.topicPartition.topic == self.kafka.outcomesTopic
            // Until the first that is read says otherwise, everything may have been deleted.
            var firstAt = Timestamp(.max)
            try self.reader.read(range) { record in
                progress.advance()
                if isOutcomes {
                    let outcome = try self.addOutcome(record, &report)
                    if firstAt == Timestamp(.max), let outcome { firstAt = outcome.decidedAt }
                } else {
                    let letter = try self.addLetter(record, &report)
                    if range.start > 0, firstAt == Timestamp(.max), let letter {
                        firstAt = try self.decidedAt(letter) ?? firstAt
                    }
                }
                return .nextRecord
            }
            guard range.start > 0 else { continue }
            if isOutcomes {
                self.horizons.outcomes = max(self.horizons.outcomes ?? firstAt, firstAt)
            } else {
                self.horizons.deadLetters = max(self.horizons.deadLetters ?? firstAt, firstAt)
            }
        }
    }

    func sorted() throws -> SortedRuns.Merge { try self.runs.sorted() }

    private func addOutcome(_ record: KafkaRecord, _ report: inout ReconciliationReport) throws -> PublishedOutcome? {
        let place = record.topicPartition
        let outcome: PublishedOutcome
        do throws(OutcomeDefect) {
            outcome = try self.outcomes.decode(SourceRecord(record, partition: SourcePartition(place)))
        } catch {
            report.add(
                ReconciliationFinding(
                    .foreignOutcome,
                    published: .init(topic: place.topic, partition: place.partition, offset: record.offset),
                    message: "This record is no outcome: \(error)."
                )
            )
            return nil
        }
        guard outcome.source.topic == self.kafka.loginEventsTopic,
            let published = PublishedRecord(outcome, partition: place.partition, offset: record.offset)
        else {
            report.publishedOfOtherTopics += 1
            return outcome
        }
        try self.runs.add(published)
        return outcome
    }

    private func addLetter(
        _ record: KafkaRecord,
        _ report: inout ReconciliationReport
    ) throws -> StoredDeadLetter.Origin? {
        let source = SourceRecord(record, partition: SourcePartition(record.topicPartition))
        guard case .letter(let letter) = self.letters.decode(source) else { return nil }
        guard let published = PublishedRecord(letter), let origin = letter.origin else {
            report.foreignDeadLetters += 1
            return nil
        }
        guard origin.partition.topic == self.kafka.loginEventsTopic else {
            report.publishedOfOtherTopics += 1
            return nil
        }
        try self.runs.add(published)
        return origin
    }

    /// A dead letter has its event's time, not that of the decision; the trails have it.
    private func decidedAt(_ origin: StoredDeadLetter.Origin) throws -> Timestamp? {
        for trail in self.trails {
            let found = try trail.records(
                of: origin.partition,
                clusterID: self.clusterID,
                from: .offset(origin.offset),
                limit: 1
            )
            if let record = found.first, record.offset == origin.offset { return record.recordedAt }
        }
        return nil
    }
}
