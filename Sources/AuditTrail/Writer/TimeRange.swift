import LoginContracts

/// The span of times of the entries behind the last full row of `time_ranges`.
///
/// Times come from a clock that may be set back, so an entry's number says little about its time; the earliest and the
/// latest time of a run of entries say exactly which runs a query can skip.
struct TimeRange: Hashable, Sendable {
    /// The number of the first entry of the run.
    var firstIndex: Int64
    /// Milliseconds since 1970; meaningless while the run is empty.
    var earliest = Int64.max
    var latest = Int64.min

    /// Adds an entry, and says whether the run is complete with it: a run ends before a multiple of its length, so the
    /// first one of a segment may be shorter.
    mutating func add(index: Int64, recordedAt: Timestamp) -> Bool {
        self.earliest = min(self.earliest, recordedAt.millisecondsSince1970)
        self.latest = max(self.latest, recordedAt.millisecondsSince1970)
        return (index + 1).isMultiple(of: TrailSchema.entriesPerTimeRange)
    }
}
