import AuditTrail
import Foundation
import LoginContracts

/// The counts of a trail as `audit stats` shows them.
struct StatisticsDocument: Encodable {
    var decisions: [String: Int64]
    var reasons: [String: Int64]
    var statuses: [String: Int64]
    var apps: [String: Int64]
    var hours: [String: Int64]
    /// Kicks and lockouts by hour.
    var kicks: [String: Int64]
    var validations: Int64
    var serviceEntries: Int64
    var attempts: Int64
    var delivery: [String: Int64]
    /// Decisions a second between the first and the last entry.
    var ratePerSecond: Double?
    var platformLatencyMilliseconds: Latency?
    var latencyMilliseconds: Latencies
    var from: String?
    var to: String?

    struct Latency: Encodable {
        var count: Int64
        var p50: Double
        var p95: Double
        var p99: Double
        var maximum: Double

        init(_ latency: TrailStatistics.Latency) {
            func milliseconds(_ time: Duration) -> Double { Double(time.microseconds) / 1000 }
            self.count = latency.count
            self.p50 = milliseconds(latency.p50)
            self.p95 = milliseconds(latency.p95)
            self.p99 = milliseconds(latency.p99)
            self.maximum = milliseconds(latency.maximum)
        }
    }

    struct Latencies: Encodable {
        var decisions: [String: Latency]
        var reasons: [String: Latency]
        var apps: [String: Latency]
        var hours: [String: Latency]
    }

    init(_ statistics: TrailStatistics) {
        func texts<Key, Value>(_ values: [Key: Value], _ name: (Key) -> String) -> [String: Value] {
            Dictionary(uniqueKeysWithValues: values.map { (name($0.key), $0.value) })
        }
        self.decisions = texts(statistics.decisions, \.rawValue)
        self.reasons = texts(statistics.reasons, \.rawValue)
        self.statuses = texts(statistics.statuses, String.init)
        self.apps = statistics.apps
        if statistics.otherApps > 0 { self.apps["others"] = statistics.otherApps }
        if statistics.noApp > 0 { self.apps["none"] = statistics.noApp }
        self.hours = texts(statistics.hours, \.description)
        self.kicks = texts(statistics.kicks, \.description)
        self.validations = statistics.validations
        self.serviceEntries = statistics.serviceEntries
        self.attempts = statistics.attempts
        self.delivery = [
            "committed": statistics.committed, "superseded": statistics.superseded, "in doubt": statistics.undelivered,
        ]
        self.platformLatencyMilliseconds = statistics.platformLatency.map(Latency.init)
        let latencies = statistics.latencies
        self.latencyMilliseconds = Latencies(
            decisions: texts(latencies.decisions.mapValues(Latency.init), \.rawValue),
            reasons: texts(latencies.reasons.mapValues(Latency.init), \.rawValue),
            apps: latencies.apps.mapValues(Latency.init),
            hours: texts(latencies.hours.mapValues(Latency.init), \.description)
        )
        if let times = statistics.times, times.lowerBound < times.upperBound {
            let span = times.upperBound.millisecondsSince1970 &- times.lowerBound.millisecondsSince1970
            self.ratePerSecond = span > 0 ? Double(statistics.validations) * 1000 / Double(span) : nil
        }
        self.from = statistics.times?.lowerBound.description
        self.to = statistics.times?.upperBound.description
    }
}
