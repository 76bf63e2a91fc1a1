import KafkaClient
package import Logging
import LoginContracts

/// Puts selected dead letters back on a topic, each at most once.
///
/// What has been replayed before is known from the markers behind the letters (``ReplayMarker``), so each partition is
/// read twice: for the markers, then for the letters. Memory holds one batch and the replayed offsets of one partition,
/// as ranges.
package struct DeadLetterReplay {
    private let topic: DeadLetterTopic
    private let selection: DeadLetterSelection
    private let destination: String
    /// Whether the events get the time of the replay as their records' timestamp.
    private let isRestamping: Bool
    /// Partitions of the destination.
    private let partitions: Int
    /// `nil` is a dry run.
    private let publisher: ReplayPublisher?
    private let encoder: ReplayEncoder
    /// Told now and then to stop; it does so behind a batch.
    private let isStopping: () -> Bool
    package private(set) var report: ReplayReport
    private var batch = Batch()

    /// Letters of one transaction, and bytes.
    static let maximumBatchLetters = ReplayMarker.maximumRanges
    static let maximumBatchBytes = 4 << 20

    private struct Batch {
        var events: [KafkaProducerRecord] = []
        var offsets = OffsetSet()
        var bytes = 0
        var stale: Int64 = 0
    }

    package struct Settings {
        package var selection: DeadLetterSelection
        package var destination: String
        package var isDryRun = false
        package var isRestamping = false

        package init(selection: DeadLetterSelection, destination: String) {
            self.selection = selection
            self.destination = destination
        }
    }

    /// Finds the destination and, unless it is a dry run, takes over from any other replay of the topic.
    package init(
        of topic: DeadLetterTopic,
        _ settings: Settings,
        configuration: ServiceConfiguration,
        logger: Logger,
        isStopping: @escaping () -> Bool = { false }
    ) throws {
        guard settings.destination != topic.name else {
            throw ServiceError("Dead letters cannot be replayed to their own topic. Name another one.")
        }
        self.topic = topic
        self.selection = settings.selection
        self.destination = settings.destination
        self.isRestamping = settings.isRestamping
        self.partitions = try topic.reader.partitions(of: settings.destination).count
        self.encoder = ReplayEncoder(clusterID: topic.clusterID)
        self.isStopping = isStopping
        self.report = ReplayReport(destination: settings.destination, isDryRun: settings.isDryRun)
        self.publisher =
            settings.isDryRun
            ? nil
            : try ReplayPublisher(topic, configuration, destination: settings.destination, logger: logger)
    }

    package func close() { self.publisher?.close() }

    /// Replays everything selected, up to the end that the topic has now. ``report`` is right also when this throws.
    ///
    /// - Parameter progress: hears how many offsets have been looked at, each twice.
    /// - Throws: when Kafka fails. Then the batch under way was replayed as a whole or not at all (with transactions),
    ///   and another run finds out.
    package mutating func run(progress: (_ done: Int64, _ total: Int64) -> Void) throws {
        // After the publisher has fenced other replays: what they have committed is below these ends.
        let ranges = try self.topic.ranges(of: self.selection)
        let total = ranges.reduce(0) { $0 + $1.count } * 2
        var done: Int64 = 0
        for range in ranges where range.count > 0 && !self.report.isInterrupted {
            let replayed = try self.replayed(in: range) { progress(done + $0, total) }
            done += range.count
            var last = range
            if let offsets = self.selection.offsets { last = range.clamped(from: 0, before: offsets.upperBound + 1) }
            try self.replay(last, but: replayed) { progress(done + $0, total) }
            done += range.count
        }
        progress(total, total)
    }

    /// First look: which letters have been replayed to this destination.
    private mutating func replayed(in range: KafkaOffsetRange, progress: (Int64) -> Void) throws -> OffsetSet {
        var replayed = OffsetSet()
        var seen: Int64 = 0
        try self.topic.read(range) { content in
            seen += 1
            progress(seen)
            switch content {
            case .letter: break
            case .unreadable: self.report.unreadableMarkers += 1
            case .replayMarker(let marker):
                guard marker.destination == self.destination else { break }
                for offsets in marker.offsets.ranges { replayed.insert(offsets) }
            }
            return self.stopOrGoOn()
        }
        return replayed
    }

    /// Second look: the letters.
    private mutating func replay(
        _ range: KafkaOffsetRange,
        but replayed: OffsetSet,
        progress: (Int64) -> Void
    ) throws {
        guard !self.report.isInterrupted else { return }
        let partition = range.topicPartition.partition
        var seen: Int64 = 0
        try self.topic.read(range) { content in
            seen += 1
            progress(seen)
            guard case .letter(let letter, let login) = content, self.selection.contains(letter, login) else {
                return self.stopOrGoOn()
            }
            if replayed.contains(letter.offset) {
                self.report.skipped[partition, default: OffsetSet()].insert(letter.offset)
            } else if let obstacle = letter.obstacle {
                self.report.fail(DeadLetterPlace(partition: partition, offset: letter.offset), obstacle)
            } else {
                self.add(letter)
                if self.batch.events.count >= Self.maximumBatchLetters || self.batch.bytes >= Self.maximumBatchBytes {
                    try self.publishBatch(of: partition)
                }
            }
            return self.stopOrGoOn()
        }
        try self.publishBatch(of: partition)
    }

    private mutating func stopOrGoOn() -> KafkaTopicReader.Next {
        guard self.isStopping() else { return .nextRecord }
        self.report.isInterrupted = true
        return .stop
    }

    private mutating func add(_ letter: StoredDeadLetter) {
        let event = self.encoder.encode(letter, at: .now)
        var record = KafkaProducerRecord(
            event,
            topic: self.destination,
            timestamp: self.isRestamping ? nil : letter.event.timestamp ?? letter.timestamp
        )
        // Where the player's other events are, whatever partitioner put them there.
        if let origin = letter.origin?.partition, origin.topic == self.destination, origin.partition < self.partitions {
            record.partition = origin.partition
        }
        self.batch.events.append(record)
        self.batch.offsets.insert(letter.offset)
        self.batch.bytes += (event.value?.count ?? 0) + event.headers.reduce(0) { $0 + ($1.value?.count ?? 0) }
        if letter.disposition == .stale, !self.isRestamping { self.batch.stale += 1 }
    }

    private mutating func publishBatch(of partition: Int32) throws {
        guard !self.batch.events.isEmpty else { return }
        let batch = self.batch
        self.batch = Batch()
        if let publisher {
            let marker = ReplayMarker(
                clusterID: self.topic.clusterID,
                partition: SourcePartition(topic: self.topic.name, partition: partition),
                destination: self.destination,
                offsets: batch.offsets,
                replayedAt: .now
            )
            var record = KafkaProducerRecord(try marker.encode(), topic: self.topic.name, timestamp: nil)
            record.partition = partition
            do throws(KafkaError) {
                try publisher.publish(batch.events, marker: record)
            } catch {
                guard error.code == .fenced else { throw error }
                throw ServiceError("Another replay of \(self.topic.name) has begun meanwhile and has taken over.")
            }
        }
        for offsets in batch.offsets.ranges { self.report.replayed[partition, default: OffsetSet()].insert(offsets) }
        self.report.staleCount += batch.stale
    }
}
