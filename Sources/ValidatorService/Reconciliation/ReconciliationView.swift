import AuditTrail
import KafkaClient
import LoginContracts
import ValidationPipeline

/// What was there when a reconciliation began, asked for in the order that makes it right; see ``Reconciliation``.
struct ReconciliationView {
    let clusterID: String
    /// Of each trail, from before everything else.
    let knownEntries: [Int64]
    /// Partitions of the login events, those that only a trail knows too; ascending.
    let partitions: [Partition]
    /// The outcomes and dead letters, partition by partition.
    let published: [KafkaOffsetRange]
    let otherSources: Int
    /// Whether one of the trails no longer has its beginning.
    let isCutOff: Bool

    struct Partition {
        var partition: SourcePartition
        /// `nil` when the topic has no such partition.
        var extent: KafkaOffsetRange?
        var committed: Int64?
        var progress: CommittedProgress?

        init(_ partition: SourcePartition) {
            self.partition = partition
        }

        var summary: ReconciliationReport.Partition {
            ReconciliationReport.Partition(
                partition: self.partition.partition,
                earliest: self.extent?.start ?? 0,
                end: self.extent?.end ?? 0,
                committed: self.committed
            )
        }

        /// Gaps count from the first record that a trail has decided; where none has decided any, from the topic's first.
        func scope(
            _ view: ReconciliationView,
            _ kafka: ServiceConfiguration.Kafka,
            _ horizons: PublishedTopics.Horizons,
            firstEntry: Int64?
        ) -> RecordComparison.Scope {
            RecordComparison.Scope(
                partition: self.partition,
                clusterID: view.clusterID,
                outcomesTopic: kafka.outcomesTopic,
                deadLettersTopic: kafka.deadLettersTopic,
                committed: self.committed,
                progress: self.progress,
                first: max(self.extent?.start ?? 0, firstEntry ?? 0),
                isCutOff: view.isCutOff,
                knownEntries: view.knownEntries,
                outcomesSince: horizons.outcomes,
                deadLettersSince: horizons.deadLetters
            )
        }
    }

    init(_ reconciliation: Reconciliation) throws {
        let kafka = reconciliation.configuration.kafka
        let reader = reconciliation.reader
        self.clusterID = try reader.clusterID()
        // First: what these entries say of deliveries, the ends below must show.
        self.knownEntries = try reconciliation.trails.map { try $0.count() }
        // Second: entries of everything committed by now are in the trails by now.
        let found = try reader.partitions(of: kafka.loginEventsTopic)
        let offsets = try KafkaGroupOffsets(
            configuration: reconciliation.kafka,
            groupID: kafka.groupID,
            logger: reconciliation.logger
        ).committed(found)
        var partitions = try found.map { topicPartition in
            var partition = Partition(SourcePartition(topicPartition))
            partition.extent = try reader.extent(of: topicPartition)
            guard let committed = offsets.first(where: { $0.topicPartition == topicPartition }),
                let offset = committed.offset
            else { return partition }
            partition.committed = offset
            partition.progress = CommittedProgress(offset: offset, metadata: committed.metadata)
            return partition
        }
        // Third: the ends of what was published.
        self.published = try [kafka.outcomesTopic, kafka.deadLettersTopic].flatMap { topic in
            try reader.partitions(of: topic).map { try reader.extent(of: $0) }
        }
        var others = 0
        for trail in reconciliation.trails {
            let sources = try trail.partitions(clusterID: self.clusterID, topic: kafka.loginEventsTopic)
            others += sources.others
            for source in sources.ours where !partitions.contains(where: { $0.partition == source }) {
                partitions.append(Partition(source))
            }
        }
        self.otherSources = others
        self.partitions = partitions.sorted { $0.partition.partition < $1.partition.partition }
        self.isCutOff = try reconciliation.trails.contains { try $0.firstIndex() ?? 0 > 0 }
    }
}
