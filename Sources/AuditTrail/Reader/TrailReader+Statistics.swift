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
        do {
            try self.walk(StatisticsSums.selection, query, .ascending, step: Self.entriesPerSum) { row, database in
                let index = row.integer(0) ?? 0
                sums.add(row, try deliveries.delivery(of: index, database)?.state)
                return index
            }
        } catch {
            throw TrailError(error, whenTryingTo: "read", path: self.path)
        }
        return sums.result
    }
}
