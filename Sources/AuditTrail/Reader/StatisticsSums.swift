import CSQLite
import LoginContracts

/// What ``TrailReader/statistics(_:)`` has summed up so far.
struct StatisticsSums {
    private var statistics = TrailStatistics()
    private var latencies = LatencyHistogram()
    private var decisions = GroupsByCase<Decision>()
    private var reasons = GroupsByCase<DecisionReason>()
    private var apps: [String: Group] = [:]
    private var hours: [Timestamp: Group] = [:]
    /// Entries come by the hour, so this one is not looked up for each.
    private var currentHour: (hour: Timestamp, group: Group, kicks: Int64)?

    /// How many decisions there are of a kind, and how long the platform took for them.
    struct Group {
        var count: Int64 = 0
        /// A year of hours has 8760 of them.
        var latencies = LatencyHistogram(precision: 4)

        mutating func add(_ latency: Int64?) {
            self.count += 1
            if let latency { self.latencies.add(latency) }
        }
    }

    static let selection = """
        SELECT e."index", e.kind, e.recorded_at, e.decision, e.reason, e.kg_app_id, e.http_status, e.attempts,
            e.platform_latency_us
        FROM entries AS e
        """

    var result: TrailStatistics {
        var sums = self
        sums.closeHour()
        var result = sums.statistics
        result.platformLatency = TrailStatistics.Latency(sums.latencies)
        result.decisions = sums.decisions.groups.mapValues(\.count)
        result.reasons = sums.reasons.groups.mapValues(\.count)
        result.apps = sums.apps.mapValues(\.count)
        result.hours = sums.hours.mapValues(\.count)
        result.latencies.decisions = sums.decisions.groups.compactMapValues { TrailStatistics.Latency($0.latencies) }
        result.latencies.reasons = sums.reasons.groups.compactMapValues { TrailStatistics.Latency($0.latencies) }
        result.latencies.apps = sums.apps.compactMapValues { TrailStatistics.Latency($0.latencies) }
        result.latencies.hours = sums.hours.compactMapValues { TrailStatistics.Latency($0.latencies) }
        return result
    }

    /// Adds the current row of ``selection``.
    ///
    /// - Parameter state: what became of it, `nil` while that is in doubt.
    mutating func add(_ row: StatementHandle, _ state: EntryDelivery.State?) {
        let recordedAt = Timestamp(row.integer(2) ?? 0)
        let times = self.statistics.times ?? recordedAt...recordedAt
        self.statistics.times = min(times.lowerBound, recordedAt)...max(times.upperBound, recordedAt)
        guard row.isText(1, EntryColumn.validationKind) else {
            if !row.isText(1, EntryColumn.deliveryKind) { self.statistics.serviceEntries += 1 }
            return
        }
        let latency = row.integer(8)
        if let latency { self.latencies.add(latency) }
        self.statistics.validations += 1
        let decision = self.decisions.add(row, 3, latency)
        self.addToHour(of: recordedAt, latency, isKick: decision == .kick || decision == .lockout)
        _ = self.reasons.add(row, 4, latency)
        self.addApp(row.text(5), latency)
        if let status = row.integer(6) { self.statistics.statuses[Int(status), default: 0] += 1 }
        self.statistics.attempts += row.integer(7) ?? 0
        switch state {
        case .committed: self.statistics.committed += 1
        case .superseded: self.statistics.superseded += 1
        case nil: self.statistics.undelivered += 1
        }
    }

    private mutating func addApp(_ app: String?, _ latency: Int64?) {
        guard let app else {
            self.statistics.noApp += 1
            return
        }
        if self.apps.count >= TrailStatistics.maximumApps, self.apps[app] == nil {
            self.statistics.otherApps += 1
        } else {
            self.apps[app, default: Group()].add(latency)
        }
    }

    private mutating func addToHour(of time: Timestamp, _ latency: Int64?, isKick: Bool) {
        let hour = Self.hour(of: time)
        if self.currentHour?.hour != hour {
            self.closeHour()
            self.currentHour = (hour, self.hours[hour] ?? Group(), self.statistics.kicks[hour] ?? 0)
        }
        self.currentHour?.group.add(latency)
        if isKick { self.currentHour?.kicks += 1 }
    }

    private mutating func closeHour() {
        guard let (hour, group, kicks) = self.currentHour else { return }
        self.hours[hour] = group
        if kicks > 0 { self.statistics.kicks[hour] = kicks }
        self.currentHour = nil
    }

    private static func hour(of time: Timestamp) -> Timestamp {
        let hour: Int64 = 3_600_000
        let rest = time.millisecondsSince1970 % hour
        return Timestamp(time.millisecondsSince1970 &- (rest < 0 ? rest + hour : rest))
    }
}

/// A group for each value of an enumeration, found by the bytes of its text, which need not become a `String`.
private struct GroupsByCase<Value: RawRepresentable<String> & CaseIterable & Hashable> {
    private var cases = Value.allCases.map { (value: $0, text: Array($0.rawValue.utf8), group: StatisticsSums.Group()) }

    /// The groups that have something in them.
    var groups: [Value: StatisticsSums.Group] {
        Dictionary(uniqueKeysWithValues: self.cases.filter { $0.group.count > 0 }.map { ($0.value, $0.group) })
    }

    /// Adds to the group of the value whose text the column holds.
    ///
    /// - Returns: the value, `nil` when the column holds none.
    mutating func add(_ row: StatementHandle, _ column: CInt, _ latency: Int64?) -> Value? {
        guard let place = self.place(row, column) else { return nil }
        self.cases[place].group.add(latency)
        return self.cases[place].value
    }

    private func place(_ row: StatementHandle, _ column: CInt) -> Int? {
        var place: Int?
        row.withBytes(column) { bytes in
            guard let bytes else { return }
            place = self.cases.firstIndex { $0.text.count == bytes.count && $0.text.elementsEqual(bytes) }
        }
        return place
    }
}

extension TrailStatistics.Latency {
    /// `nil` when nothing was added.
    fileprivate init?(_ histogram: LatencyHistogram) {
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
