import Foundation

/// A record of the dead-letter topic that says which dead letters before it have been replayed, and where to.
///
/// It is written to the partition of its letters and, where the broker can, in the same transaction as the replayed
/// events; so whoever reads a partition to its end knows what has been replayed, without any other store. Kafka deletes
/// a partition from its beginning, so a marker outlives its letters; its key is its own, so compaction keeps it too.
package struct ReplayMarker: Hashable, Sendable {
    /// The cluster and the dead-letter topic: in a copy of the topic elsewhere the offsets mean other records.
    package var clusterID: String
    package var partition: SourcePartition
    /// The topic that the events went to.
    package var destination: String
    package var offsets: OffsetSet
    package var replayedAt: Timestamp

    /// Ranges of one marker. A batch of a replay has at most as many letters.
    package static let maximumRanges = 500
    /// Longer values are not looked at.
    static let maximumBytes = 65_536
    private static let version = "1"

    package init(
        clusterID: String,
        partition: SourcePartition,
        destination: String,
        offsets: OffsetSet,
        replayedAt: Timestamp
    ) {
        precondition(!offsets.isEmpty && offsets.ranges.count <= Self.maximumRanges, "A marker is about something.")
        self.clusterID = clusterID
        self.partition = partition
        self.destination = destination
        self.offsets = offsets
        self.replayedAt = replayedAt
    }

    package static func isMarker(_ record: SourceRecord) -> Bool {
        record.headers.contains { $0.name == DeadLetterHeader.replayMarker }
    }

    /// - Throws: what is wrong with the record.
    init(_ record: SourceRecord) throws(DeadLetterProblem) {
        func problem(_ rule: String) -> DeadLetterProblem {
            DeadLetterProblem(header: DeadLetterHeader.replayMarker, rule: rule)
        }
        guard record.header(DeadLetterHeader.replayMarker) == Self.version else {
            throw problem("has another version than \(Self.version)")
        }
        guard let value = record.value, value.count <= Self.maximumBytes,
            let document = try? JSONDecoder().decode(Document.self, from: Data(value)),
            let replayedAt = Timestamp(rfc3339: document.replayedAt),
            (1...Self.maximumRanges).contains(document.offsets.count)
        else { throw problem("stands on a value that is no marker") }
        var offsets = OffsetSet()
        for range in document.offsets {
            // A marker is only about what was there before it.
            guard range.count == 2, range[0] >= 0, range[0] <= range[1], range[1] < record.offset else {
                throw problem("stands on a value with a range of offsets that cannot be")
            }
            offsets.insert(range[0]...range[1])
        }
        self.init(
            clusterID: document.clusterId,
            partition: SourcePartition(topic: document.topic, partition: document.partition),
            destination: document.replayedTo,
            offsets: offsets,
            replayedAt: replayedAt
        )
    }

    package func encode() throws -> OutgoingRecord {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let document = Document(
            clusterId: self.clusterID,
            topic: self.partition.topic,
            partition: self.partition.partition,
            replayedTo: self.destination,
            replayedAt: self.replayedAt.description,
            offsets: self.offsets.ranges.map { [$0.lowerBound, $0.upperBound] }
        )
        let first = self.offsets.ranges[0].lowerBound
        return OutgoingRecord(
            key: Array(
                "login-validator.replayed/\(self.destination)/\(first)/\(self.replayedAt.millisecondsSince1970)".utf8
            ),
            value: Array(try encoder.encode(document)),
            headers: [
                .init(DeadLetterHeader.replayMarker, Self.version), .init("content-type", "application/json"),
            ]
        )
    }

    private struct Document: Codable {
        var clusterId: String
        var topic: String
        var partition: Int32
        var replayedTo: String
        var replayedAt: String
        /// First and last of each range.
        var offsets: [[Int64]]
    }
}
