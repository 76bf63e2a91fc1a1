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
                    bounds.lowest = sums.add($0) + 1
                }
            }
            if rows < Self.entriesPerSum { break }
        }
        return sums.result
    }
}

/// The sums so far.
private struct StatisticsSums {
    private var statistics = TrailStatistics()
    private var latencies = LatencyHistogram()

    static let selection = """
        SELECT e."index", e.kind, e.recorded_at, e.decision, e.reason, e.kg_app_id, e.http_status, e.attempts,
            e.platform_latency_us, d.state
        FROM entries AS e
        \(TrailSchema.deliveryJoin)
        """

    var result: TrailStatistics {
        var result = self.statistics
        if let p50 = self.latencies.percentile(50), let p95 = self.latencies.percentile(95),
            let p99 = self.latencies.percentile(99)
        {
            result.platformLatency = TrailStatistics.Latency(
                count: self.latencies.count,
                p50: .microseconds(p50),
                p95: .microseconds(p95),
                p99: .microseconds(p99),
                maximum: .microseconds(self.latencies.maximum)
            )
        }
        return result
    }

    /// Adds the current row of ``selection``, and returns its index.
    mutating func add(_ row: StatementHandle) -> Int64 {
        let index = row.integer(0) ?? 0
        let recordedAt = Timestamp(row.integer(2) ?? 0)
        let times = self.statistics.times ?? recordedAt...recordedAt
        self.statistics.times = min(times.lowerBound, recordedAt)...max(times.upperBound, recordedAt)
        let kind = row.text(1)
        guard kind == EntryColumn.validationKind else {
            if kind != EntryColumn.deliveryKind { self.statistics.serviceEntries += 1 }
            return index
        }
        self.statistics.validations += 1
        if let decision = row.text(3).flatMap(Decision.init(rawValue:)) {
            self.statistics.decisions[decision, default: 0] += 1
        }
        if let reason = row.text(4).flatMap(DecisionReason.init(rawValue:)) {
            self.statistics.reasons[reason, default: 0] += 1
        }
        self.addApp(row.text(5))
        if let status = row.integer(6) { self.statistics.statuses[Int(status), default: 0] += 1 }
        self.statistics.hours[Self.hour(of: recordedAt), default: 0] += 1
        self.statistics.attempts += row.integer(7) ?? 0
        if let latency = row.integer(8) { self.latencies.add(latency) }
        switch row.text(9).flatMap(EntryDelivery.State.init(rawValue:)) {
        case .committed: self.statistics.committed += 1
        case .superseded: self.statistics.superseded += 1
        case nil: self.statistics.undelivered += 1
        }
        return index
    }

    private mutating func addApp(_ app: String?) {
        guard let app else {
            self.statistics.noApp += 1
            return
        }
        if self.statistics.apps[app] == nil, self.statistics.apps.count >= TrailStatistics.maximumApps {
            self.statistics.otherApps += 1
        } else {
            self.statistics.apps[app, default: 0] += 1
        }
    }

    private static func hour(of time: Timestamp) -> Timestamp {
        let hour: Int64 = 3_600_000
        let rest = time.millisecondsSince1970 % hour
        return Timestamp(time.millisecondsSince1970 &- (rest < 0 ? rest + hour : rest))
    }
}
