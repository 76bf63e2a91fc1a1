import GRDB
import LoginContracts

extension TrailReader {
    /// Counts decisions by time, decision and reason, from the newest down.
    ///
    /// Looks at each entry in turn, a million in a second or less, in one transaction; so set
    /// ``TrailQuery/maximumScan``, and go on where the answer says. The counts of all parts add up to the whole's, also
    /// while the trail grows.
    ///
    /// - Parameters:
    ///   - query: With both times, which bound the answer. Its ``TrailQuery/limit`` and kinds do not apply.
    ///   - span: The length of a span in whole milliseconds, at least 1; at most ``TrailSeries/maximumSpans`` fit between
    ///     the times.
    package func series(_ query: TrailQuery, span: Duration) throws(TrailError) -> TrailSeries {
        var query = query
        query.limit = TrailQuery.limits.upperBound
        query.kinds = [.validation]
        try query.validate()
        let length = span.milliseconds
        guard let from = query.from, let to = query.to, length > 0,
            to.duration(since: from) <= .milliseconds(length) * TrailSeries.maximumSpans
        else {
            throw TrailError(
                .invalid,
                "A series is between two times, at most \(TrailSeries.maximumSpans) spans of 1 ms or more apart."
            )
        }
        var series = TrailSeries()
        series.nextAfter = try self.descend(query) { query, bounds, database in
            series.lookedAt += max(0, bounds.highest - bounds.lowest + 1)
            try self.scan(Self.seriesSelection, query, bounds, .descending, maximum: .max, database) { row in
                guard let time = row.integer(0), let decision = row.text(1).flatMap(Decision.init(rawValue:)) else {
                    return
                }
                let rest = time % length
                let start = time &- (rest < 0 ? rest + length : rest)
                let reason = row.text(2).flatMap(DecisionReason.init(rawValue:))
                series.counts[.init(start: Timestamp(start), decision: decision, reason: reason), default: 0] += 1
            }
            return true
        }
        return series
    }

    private static let seriesSelection = "SELECT e.recorded_at, e.decision, e.reason FROM entries AS e"
}

extension TrailReader.Bounds {
    /// Leaves out all but the newest `maximum` entries.
    ///
    /// - Returns: the lowest entry that stays, where another look goes on; `nil` when nothing was left out.
    mutating func keepNewest(_ maximum: Int64?) -> Int64? {
        guard let maximum, self.highest - self.lowest >= maximum else { return nil }
        self.lowest = self.highest - maximum + 1
        return self.lowest
    }
}
