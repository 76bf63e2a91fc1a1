import GRDB
import LoginContracts

extension TrailReader {
    /// How many entries ``statistics(_:)`` reads in one transaction.
    private static let entriesPerSum = 20_000

    /// Sums over the entries that meet the query. ``TrailQuery/limit`` and ``TrailQuery/maximumScan`` do not apply.
    ///
    /// Looks at each entry in turn, about a million in a second or two, and keeps nothing of them. Entries appended
    /// after the call began are left out.
    package func statistics(_ query: TrailQuery) throws(TrailError) -> TrailStatistics {
        var query = query
        query.limit = TrailQuery.limits.upperBound
        query.maximumScan = nil
        try query.validate()
        var sums = StatisticsSums()
        var deliveries = DeliveryCursor()
        var bounds = try self.read { try self.bounds(of: query, $0) }
        while bounds.lowest <= bounds.highest {
            var rows = 0
            try self.read { database in
                try self.scan(
                    StatisticsSums.selection,
                    query,
                    bounds,
                    .ascending,
                    maximum: Self.entriesPerSum,
                    database
                ) {
                    rows += 1
                    let index = $0.integer(0) ?? 0
                    bounds.lowest = index + 1
                    sums.add($0, try deliveries.delivery(of: index, database)?.state)
                }
            }
            if rows < Self.entriesPerSum { break }
        }
        return sums.result
    }
}

extension TrailStatistics.Latency {
    /// `nil` when nothing was added.
    init?(_ histogram: LatencyHistogram) {
        guard let p50 = histogram.percentile(50), let p95 = histogram.percentile(95),
            let p99 = histogram.percentile(99)
        else { return nil }
        self.init(
            count: histogram.count,
            p50: .microseconds(p50),
            p95: .microseconds(p95),
            p99: .microseconds(p99),
            maximum: .microseconds(histogram.maximum)
        )
    }
}
