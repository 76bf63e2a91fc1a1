import LoginContracts

/// Which of a source's records a file of the trail has decided: a look at it alone tells whether the file can help.
struct RecordExtent: Hashable, Sendable {
    /// The source's number in the file.
    var sourceID: Int64
    /// The offsets of its records in the file, `nil` when it has none.
    var offsets: ClosedRange<Int64>?
    /// The highest offset in the files before, `nil` when they have none.
    var before: Int64?

    /// Reads the extents of all sources of a file.
    static let selection = """
        SELECT s.id, s.cluster_id, s.topic, s.partition,
            (SELECT min(record_offset) FROM entries WHERE source_id = s.id),
            (SELECT max(record_offset) FROM entries WHERE source_id = s.id),
            b.last_offset
        FROM sources AS s LEFT JOIN base_offsets AS b ON b.source_id = s.id
        """

    /// The current row of ``selection``.
    static func ofSource(_ row: StatementHandle) -> (WriterState.Source, RecordExtent) {
        let partition = SourcePartition(topic: row.text(2) ?? "", partition: Int32(clamping: row.integer(3) ?? 0))
        let offsets: ClosedRange<Int64>? =
            if let least = row.integer(4), let most = row.integer(5), least <= most { least...most } else { nil }
        return (
            WriterState.Source(clusterID: row.text(1) ?? "", partition: partition),
            RecordExtent(sourceID: row.integer(0) ?? 0, offsets: offsets, before: row.integer(6))
        )
    }
}
