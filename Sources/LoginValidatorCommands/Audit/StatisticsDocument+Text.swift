import Foundation
import LoginContracts

extension StatisticsDocument {
    /// Tables and plots one below the other.
    var text: String {
        var text = "\(self.validations) validations, \(self.attempts) attempts, \(self.serviceEntries) service entries"
        if let from, let to { text += ", \(from) to \(to)" }
        if let ratePerSecond { text += String(format: ", %.1f/s", ratePerSecond) }
        text += "\n"
        let latencies = self.latencyMilliseconds
        text += Self.section("DECISION", self.decisions, latencies.decisions)
        text += Self.section("REASON", self.reasons, latencies.reasons)
        text += Self.section("STATUS", self.statuses, nil, byName: true)
        text += Self.section("APP", self.apps, latencies.apps)
        text += Self.section("DELIVERY", self.delivery.filter { $0.value > 0 }, nil)
        text += self.hourTable
        text += self.plots
        if let latency = self.platformLatencyMilliseconds {
            var table = TextTable([.init("PLATFORM LATENCY"), .init("MS", isNumber: true)])
            let rows = [
                ("p50", latency.p50), ("p95", latency.p95), ("p99", latency.p99), ("maximum", latency.maximum),
            ]
            for (name, value) in rows { table.append([name, Self.milliseconds(value)]) }
            text += "\n" + table.text
        }
        return text
    }

    /// Longest bar, in characters.
    private static let barWidth = 30.0
    /// More hours than these are only plotted.
    private static let maximumHours = 48
    /// More are not plotted: a time of an entry may be anything.
    private static let maximumPlottedHours = 24 * 366 * 20

    private static func milliseconds(_ value: Double) -> String { String(format: "%.1f", value) }

    private static func section(
        _ title: String,
        _ counts: [String: Int64],
        _ latencies: [String: Latency]?,
        byName: Bool = false
    ) -> String {
        guard !counts.isEmpty else { return "" }
        let total = counts.values.reduce(0, +)
        let largest = counts.values.max() ?? 1
        var columns: [TextTable.Column] = [
            .init(title), .init("COUNT", isNumber: true), .init("SHARE", isNumber: true),
        ]
        if latencies != nil { columns += [.init("P50 MS", isNumber: true), .init("P95 MS", isNumber: true)] }
        var table = TextTable(columns + [.init("")])
        let sorted = counts.sorted { byName ? $0.key < $1.key : ($0.value, $1.key) > ($1.value, $0.key) }
        for (name, count) in sorted {
            let bar = String(repeating: "▇", count: Int((Double(count) / Double(largest) * Self.barWidth).rounded(.up)))
            var row = [name, "\(count)", String(format: "%.1f %%", Double(count) / Double(total) * 100)]
            if let latencies {
                row += [latencies[name]?.p50, latencies[name]?.p95].map { $0.map(Self.milliseconds) ?? "-" }
            }
            table.append(row + [bar])
        }
        return "\n" + table.text
    }

    /// The hours one by one, when they are few.
    private var hourTable: String {
        guard !self.hours.isEmpty, self.hours.count <= Self.maximumHours else { return "" }
        var table = TextTable([
            .init("HOUR"), .init("COUNT", isNumber: true), .init("PER S", isNumber: true),
            .init("KICKS", isNumber: true), .init("P50 MS", isNumber: true), .init("P95 MS", isNumber: true),
        ])
        for (hour, count) in self.hours.sorted(by: { $0.key < $1.key }) {
            let latency = self.latencyMilliseconds.hours[hour]
            table.append([
                hour, "\(count)", String(format: "%.2f", Double(count) / 3600), "\(self.kicks[hour] ?? 0)",
                latency.map { Self.milliseconds($0.p50) } ?? "-", latency.map { Self.milliseconds($0.p95) } ?? "-",
            ])
        }
        return "\n" + table.text
    }

    /// The hours from the first to the last, also those without a decision.
    private var plots: String {
        let times = self.hours.keys.compactMap { Timestamp(rfc3339: $0)?.millisecondsSince1970 }
        guard let first = times.min(), let last = times.max(), first < last else { return "" }
        let hour: Int64 = 3_600_000
        guard (last - first) / hour < Self.maximumPlottedHours else { return "" }
        let hours = stride(from: first, through: last, by: Int(hour)).map { Timestamp($0).description }
        let spans = TerminalPlot.spansPerColumn(hours.count)
        let note = spans > 1 ? ", the most of \(spans) hours a column" : ""
        func plot(_ title: String, _ values: [Double], _ label: @escaping (Double) -> String) -> String {
            let plot = TerminalPlot(
                title: title + note,
                values: values,
                from: Timestamp(first).description,
                to: Timestamp(last).description,
                label: label
            )
            return "\n" + plot.text
        }
        let whole: (Double) -> String = { String(format: "%.0f", $0) }
        var text = plot("DECISIONS PER HOUR", hours.map { Double(self.hours[$0] ?? 0) }, whole)
        if !self.kicks.isEmpty {
            text += plot("KICKS AND LOCKOUTS PER HOUR", hours.map { Double(self.kicks[$0] ?? 0) }, whole)
        }
        if !self.latencyMilliseconds.hours.isEmpty {
            let values = hours.map { self.latencyMilliseconds.hours[$0]?.p95 ?? 0 }
            text += plot("PLATFORM LATENCY BY HOUR, P95 IN MS", values, Self.milliseconds)
        }
        return text
    }
}
