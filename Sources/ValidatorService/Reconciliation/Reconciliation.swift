package import AuditTrail
import Foundation
import KafkaClient
package import Logging
import LoginContracts
import ValidationPipeline

/// Compares trails with what Kafka has: committed offsets, outcomes and dead letters.
///
/// Three passes, each in memory that does not grow with what is read:
///
/// 1. The outcomes and dead letters, up to the ends their topics have at the start, are reduced to 64 bytes each and
///    sorted by their login events, on disk (``SortedRuns``).
/// 2. Partition after partition of the login events, the trails' entries, which an index gives in the order of the
///    offsets, are merged with them, and ``RecordComparison`` judges.
/// 3. Where entries are missing, the login events themselves are read: a marker of a transaction leaves an offset without
///    a record too. Gaps that lie close together are read in one go.
///
/// The order of the first looks makes it right while services go on: what the trails say about deliveries before the ends
/// were asked for, the topics must show; and everything that is committed by then, the trails must have, for they are read
/// afterwards.
///
/// Reads as a member of no group and commits nothing. Every call blocks; one thread at a time.
package struct Reconciliation {
    let trails: [TrailReader]
    let configuration: ServiceConfiguration
    let kafka: KafkaConfiguration
    let reader: KafkaTopicReader
    let logger: Logger
    var report: ReconciliationReport
    var progress: ReconciliationProgress

    /// A running service may take so long to write the marks of its last commit.
    static let maximumMarkWait: Duration = .seconds(3)

    /// Connects to the configured cluster.
    ///
    /// - Parameters:
    ///   - trails: of instances of one consumer group, each once.
    ///   - limit: at most so many findings of each kind are kept.
    ///   - progress: hears how much of how much is done.
    /// - Throws: when no broker answers, and ``ServiceError`` when a trail was given twice.
    package init(
        of trails: [TrailReader],
        _ configuration: ServiceConfiguration,
        limit: Int,
        logger: Logger,
        progress: @escaping (_ done: Int64, _ total: Int64) -> Void
    ) throws {
        for (place, trail) in trails.enumerated() {
            guard let twin = trails[..<place].first(where: { $0.trailID == trail.trailID }) else { continue }
            throw ServiceError("\(twin.path) and \(trail.path) are copies of one trail: give the newer one alone.")
        }
        self.trails = trails
        self.configuration = configuration
        self.kafka = configuration.kafka.clientConfiguration(instanceID: configuration.instanceID)
        self.logger = logger
        self.reader = try KafkaTopicReader(configuration: self.kafka, logger: logger)
        self.report = ReconciliationReport(limit: limit)
        self.progress = ReconciliationProgress(progress)
    }

    /// Compares everything.
    package mutating func run() throws -> ReconciliationReport {
        let view = try ReconciliationView(self)
        let topic = self.configuration.kafka.loginEventsTopic
        self.report.clusterID = view.clusterID
        self.report.groupID = self.configuration.kafka.groupID
        self.report.trails = zip(self.trails, view.knownEntries).map { trail, entries in
            ReconciliationReport.Trail(path: trail.path, id: trail.trailID, entries: entries)
        }
        self.report.partitions = view.partitions.map(\.summary)
        self.report.otherSources = view.otherSources
        self.judgeTrails(view)
        self.progress.total = view.published.reduce(0) { $0 + $1.count } + view.knownEntries.reduce(0, +)
        var publications = try PublishedTopics(self, view)
        try publications.read(&self.report, &self.progress)
        let horizons = publications.horizons
        try self.waitForMarks()
        var published = try publications.sorted()
        var rest = view.partitions[...]
        while let partition = Self.nextPartition(&rest, published.peek?.sourcePartition, topic: topic) {
            try self.compare(partition, view, horizons, &published)
        }
        self.progress.finish()
        return self.report
    }

    /// The lowest partition that is left: of the topic or a trail, or one that only an outcome or a dead letter names.
    private static func nextPartition(
        _ rest: inout ArraySlice<ReconciliationView.Partition>,
        _ published: Int32?,
        topic: String
    ) -> ReconciliationView.Partition? {
        if let first = rest.first, first.partition.partition <= published ?? .max { return rest.removeFirst() }
        return published.map { ReconciliationView.Partition(SourcePartition(topic: topic, partition: $0)) }
    }

    /// What the committed offsets say about the trails themselves.
    private mutating func judgeTrails(_ view: ReconciliationView) {
        for partition in view.partitions {
            guard let progress = partition.progress else { continue }
            let record = partition.committed.map {
                ReconciliationFinding.Records(partition.partition, max(0, $0 - 1)...max(0, $0 - 1))
            }
            guard let trail = self.trails.firstIndex(where: { $0.trailID == progress.trailID }) else {
                self.report.add(
                    ReconciliationFinding(
                        .trailNotGiven,
                        record: record,
                        message: "Committed last by the instance of another trail: \(progress.trailID)."
                    )
                )
                continue
            }
            guard view.knownEntries[trail] < progress.nextIndex else { continue }
            self.report.add(
                ReconciliationFinding(
                    .trailCutOff,
                    record: record,
                    entry: .init(trail: trail, index: nil),
                    message: "What was committed here shows that the trail had \(progress.nextIndex) entries; "
                        + "it has \(view.knownEntries[trail])."
                )
            )
        }
    }

    /// Gives running services the moment in which the marks of their last commit reach the trail.
    private func waitForMarks() throws {
        let deadline = ContinuousClock.now + Self.maximumMarkWait
        for trail in self.trails {
            let count = try trail.count()
            while try trail.hasUndeliveredEnd(below: count), ContinuousClock.now < deadline {
                Thread.sleep(forTimeInterval: 0.05)
            }
        }
    }

    private mutating func compare(
        _ partition: ReconciliationView.Partition,
        _ view: ReconciliationView,
        _ horizons: PublishedTopics.Horizons,
        _ published: inout SortedRuns.Merge
    ) throws {
        var entries = EntryStream(self.trails, partition: partition.partition, clusterID: view.clusterID)
        let number = partition.partition.partition
        var comparison = RecordComparison(
            partition.scope(view, self.configuration.kafka, horizons, firstEntry: try entries.peek()),
            report: self.report
        )
        func publishedOffset() -> Int64? {
            published.peek.flatMap { $0.sourcePartition == number ? $0.sourceOffset : nil }
        }
        while true {
            let offsets = (try entries.peek(), publishedOffset())
            guard let offset = [offsets.0, offsets.1].compactMap({ $0 }).min() else { break }
            let candidates = offsets.0 == offset ? try entries.next() : []
            comparison.begin(offset, candidates)
            while publishedOffset() == offset, let record = try published.next() { comparison.published(record) }
            comparison.end(offset)
            self.progress.advance(Int64(candidates.count))
            if comparison.gaps.count >= GapReader.maximumGaps { try self.lookInto(&comparison, partition) }
        }
        comparison.finish()
        try self.lookInto(&comparison, partition)
        self.report = comparison.report
    }

    private func lookInto(_ comparison: inout RecordComparison, _ partition: ReconciliationView.Partition) throws {
        let gaps = comparison.takeGaps()
        defer { comparison.reportMissing() }
        guard let extent = partition.extent else { return }
        try GapReader(reader: self.reader, extent: extent).read(gaps) { comparison.exists($0) }
    }
}

/// How much of how much is done.
struct ReconciliationProgress {
    var total: Int64 = 0
    private var done: Int64 = 0
    private let tell: (_ done: Int64, _ total: Int64) -> Void

    init(_ tell: @escaping (_ done: Int64, _ total: Int64) -> Void) {
        self.tell = tell
    }

    mutating func advance(_ count: Int64 = 1) {
        self.done += count
        self.tell(min(self.done, self.total), self.total)
    }

    func finish() { self.tell(self.total, self.total) }
}
