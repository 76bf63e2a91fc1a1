import AuditTrail
import Foundation
import LoginContracts

/// Follows the trail while a demo runs, and says at the end what came of it.
struct DemoReport {
    private let reader: TrailReader
    private let first: Int64
    private var next: Int64
    private(set) var decisions = 0
    private var counts: [String: Int] = [:]
    /// From the login's time to the decision, in milliseconds.
    private var latencies: [Int64] = []

    /// Rows of the trail that are shown.
    private static let shownEntries = 8

    init(reader: TrailReader, from first: Int64) throws {
        self.reader = reader
        self.first = first
        self.next = first
        try self.refresh()
    }

    /// Reads what has been added to the trail.
    mutating func refresh() throws {
        var query = TrailQuery()
        query.before = self.next - 1
        query.kinds = [.validation]
        var next = self.next
        var entries: [ValidationEntry] = []
        try self.reader.forEach(query, ascending: true) { entry in
            next = entry.index + 1
            if case .validation(let recorded) = entry { entries.append(recorded.entry) }
        }
        self.next = next
        for entry in entries { self.add(entry) }
    }

    /// Decided logins whose outcome is not known to be in Kafka yet.
    func undelivered() throws -> Int {
        var query = TrailQuery()
        query.before = self.first - 1
        query.kinds = [.validation]
        return Int(try self.reader.statistics(query).undelivered)
    }

    private mutating func add(_ entry: ValidationEntry) {
        self.decisions += 1
        let name = [entry.decision.rawValue, entry.reason?.rawValue].compactMap { $0 }.joined(separator: " ")
        self.counts[name, default: 0] += 1
        if let occurredAt = entry.occurredAt, entry.decision != .rejected {
            self.latencies.append(max(0, entry.recordedAt.duration(since: occurredAt).milliseconds))
        }
    }

    /// For the progress bar.
    var note: String {
        let removed = self.counts.filter { $0.key.hasPrefix("kick") || $0.key.hasPrefix("lockout") }.values.reduce(0, +)
        return "\(removed) removed"
    }

    func text(trail: String, elapsed: Duration) throws -> String {
        let seconds = Double(elapsed.milliseconds) / 1000
        var text = "\n\(self.decisions) logins decided in \(String(format: "%.1f", seconds)) s, "
        text += "\(String(format: "%.0f", Double(self.decisions) / seconds)) logins/s"
        if !self.latencies.isEmpty {
            let sorted = self.latencies.sorted()
            let percentiles = [50, 95, 99].map { percent in
                "p\(percent) \(sorted[min(sorted.count - 1, sorted.count * percent / 100)]) ms"
            }
            text += "; login to decision " + percentiles.joined(separator: ", ")
        }
        text += "\n\n"
        var outcomes = TextTable([.init("DECISION"), .init("LOGINS", isNumber: true)])
        for (name, count) in self.counts.sorted(by: { ($0.value, $1.key) > ($1.value, $0.key) }) {
            outcomes.append([name, "\(count)"])
        }
        text += outcomes.text
        text += "\nThe newest entries of the trail that removed somebody:\n"
        text += try self.newestRemovals()
        text += """

            The trail: \(trail)
            Try next:
              login-validator audit stats --trail \(trail)
              login-validator audit query --trail \(trail) --decision lockout --limit 5
              login-validator audit tail --trail \(trail)
              sqlite3 \(trail) 'SELECT * FROM kicks LIMIT 3'

            """
        return text
    }

    private func newestRemovals() throws -> String {
        var query = TrailQuery()
        query.decisions = [.kick, .lockout]
        query.before = self.first - 1
        query.limit = Self.shownEntries
        var table = TextTable([
            .init("INDEX", isNumber: true), .init("RECORDED AT"), .init("DECISION"), .init("REASON"), .init("PLAYER"),
            .init("STATUS", isNumber: true), .init("DELIVERY"),
        ])
        for entry in try self.reader.entries(query).entries {
            let document = EntryDocument(entry)
            table.append([
                "\(document.index)", document.recordedAt, document.decision ?? "-", document.reason ?? "-",
                document.playerId ?? "-", document.httpStatus.map(String.init) ?? "-", document.delivery ?? "-",
            ])
        }
        return table.text
    }
}
