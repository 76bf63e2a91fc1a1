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
    var validations: Int64
    var serviceEntries: Int64
    var attempts: Int64
    var delivery: [String: Int64]
    var platformLatencyMilliseconds: [String: Double]?
    var from: String?
    var to: String?

    init(_ statistics: TrailStatistics) {
        func texts<Key>(_ counts: [Key: Int64], _ name: (Key) -> String) -> [String: Int64] {
            Dictionary(uniqueKeysWithValues: counts.map { (name($0.key), $0.value) })
        }
        self.decisions = texts(statistics.decisions, \.rawValue)
        self.reasons = texts(statistics.reasons, \.rawValue)
        self.statuses = texts(statistics.statuses, String.init)
        self.apps = statistics.apps
        if statistics.otherApps > 0 { self.apps["others"] = statistics.otherApps }
        if statistics.noApp > 0 { self.apps["none"] = statistics.noApp }
        self.hours = texts(statistics.hours, \.description)
        self.validations = statistics.validations
        self.serviceEntries = statistics.serviceEntries
        self.attempts = statistics.attempts
        self.delivery = [
            "committed": statistics.committed, "superseded": statistics.superseded, "in doubt": statistics.undelivered,
        ]
        self.platformLatencyMilliseconds = statistics.platformLatency.map { latency in
            [
                "p50": Double(latency.p50.microseconds) / 1000, "p95": Double(latency.p95.microseconds) / 1000,
                "p99": Double(latency.p99.microseconds) / 1000,
                "maximum": Double(latency.maximum.microseconds) / 1000,
            ]
        }
        self.from = statistics.times?.lowerBound.description
        self.to = statistics.times?.upperBound.description
    }

    /// Tables one below the other.
    var text: String {
        var text = "\(self.validations) validations, \(self.attempts) attempts, \(self.serviceEntries) service entries"
        if let from, let to { text += ", \(from) to \(to)" }
        text += "\n"
        text += Self.section("DECISION", self.decisions, byName: false)
        text += Self.section("REASON", self.reasons, byName: false)
        text += Self.section("STATUS", self.statuses, byName: true)
        text += Self.section("APP", self.apps, byName: false)
        text += Self.section("DELIVERY", self.delivery.filter { $0.value > 0 }, byName: false)
        text += Self.section("HOUR", self.hours, byName: true)
        if let latency = self.platformLatencyMilliseconds {
            var table = TextTable([.init("PLATFORM LATENCY"), .init("MS", isNumber: true)])
            for name in ["p50", "p95", "p99", "maximum"] {
                table.append([name, String(format: "%.1f", latency[name] ?? 0)])
            }
            text += "\n" + table.text
        }
        return text
    }

    /// Longest bar, in characters.
    private static let barWidth = 30.0

    private static func section(_ title: String, _ counts: [String: Int64], byName: Bool) -> String {
        guard !counts.isEmpty else { return "" }
        let total = counts.values.reduce(0, +)
        let largest = counts.values.max() ?? 1
        var table = TextTable([
            .init(title), .init("COUNT", isNumber: true), .init("SHARE", isNumber: true), .init(""),
        ])
        let sorted = counts.sorted { byName ? $0.key < $1.key : ($0.value, $1.key) > ($1.value, $0.key) }
        for (name, count) in sorted {
            let bar = String(repeating: "▇", count: Int((Double(count) / Double(largest) * Self.barWidth).rounded(.up)))
            table.append([name, "\(count)", String(format: "%.1f %%", Double(count) / Double(total) * 100), bar])
        }
        return "\n" + table.text
    }
}
