import ArgumentParser
import AuditTrail
import Foundation

/// `audit access-log`: who has looked at the trail.
struct AuditAccessLogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "access-log",
        abstract: "Lists who has looked at the trail, newest first: this look too.",
        discussion: """
            audit verify compares every entry of the log with its hash, and the log with what the service has put into \
            the trail of it.
            """
    )

    @Option(help: "Only what was done by users whose name contains this.")
    var who: String?

    @Option(help: "Only looks with exactly this in one of the filters, such as a player's id.")
    var about: String?

    @Option(help: "At most this many entries, 1 to 10000.")
    var limit = 100

    @Option(help: "Go on behind the entry with this index, where the page before ended.")
    var after: Int64?

    @Option(help: "table, json, ndjson or csv.")
    var format: OutputFormat = .table

    @OptionGroup var trail: TrailOptions

    /// Read at a time.
    private static let page = 1000

    func validate() throws {
        guard TrailQuery.limits.contains(self.limit) else { throw ValidationError("--limit must be from 1 to 10000.") }
    }

    func run() async throws {
        let trail = try self.trail.open()
        defer { trail.close() }
        guard let log = trail.log else {
            throw CommandFailure(.usage, "AUDIT_ACCESS_LOG is off: nothing is recorded.")
        }
        var question: [String: String] = [:]
        question["who"] = self.who
        question["about"] = self.about
        let found = try self.search(log)
        try trail.record("access-log", question, entries: found.accesses.count)
        var writer = AccessWriter(format: self.format)
        for access in found.accesses { try writer.write(access) }
        writer.finish()
        if let next = found.next { Terminal.remark("More: --after \(next)\n") }
    }

    /// - Returns: a page, and where to go on when there may be more.
    private func search(_ log: AccessLog) throws -> (accesses: [AccessDocument], next: Int64?) {
        var accesses: [AccessDocument] = []
        var before = self.after
        while true {
            let page = try log.documents(before: before, limit: Self.page)
            for (index, text) in page {
                let access = try AccessDocument(text, at: index)
                guard access.isBy(self.who), access.isAbout(self.about) else { continue }
                // One more than wanted tells whether there is another page.
                if accesses.count == self.limit { return (accesses, accesses.last?.index) }
                accesses.append(access)
            }
            guard page.count == Self.page, let last = page.last else { return (accesses, nil) }
            before = last.index
        }
    }
}

/// An entry of the access log as it is stored.
struct AccessDocument: Decodable {
    var index: Int64
    var at: String
    var who: String
    var action: String
    var question: [String: String]
    var entries: Int64?
    var purpose: String?
    var trail: String
    /// The stored text.
    private(set) var text = ""

    private enum CodingKeys: String, CodingKey {
        case index, at, who, action, question, entries, purpose, trail
    }

    init(_ text: String, at index: Int64) throws {
        do {
            self = try JSONDecoder().decode(Self.self, from: Data(text.utf8))
        } catch {
            throw CommandFailure(.failed, "Entry \(index) of the access log was changed: run audit verify.")
        }
        self.text = text
    }

    func isBy(_ who: String?) -> Bool { who.map { self.who.contains($0) } ?? true }

    func isAbout(_ text: String?) -> Bool { text.map { self.question.values.contains($0) } ?? true }

    static let fieldNames = ["index", "at", "who", "action", "entries", "purpose", "question", "trail"]

    var fields: [String] {
        let question = self.question.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
        return [
            "\(self.index)", self.at, self.who, self.action, self.entries.map(String.init) ?? "", self.purpose ?? "",
            question, self.trail,
        ]
    }
}

/// Writes entries of the access log to stdout.
private struct AccessWriter {
    let format: OutputFormat
    private var table = TextTable([
        .init("INDEX", isNumber: true), .init("AT"), .init("WHO"), .init("ACTION"), .init("ENTRIES", isNumber: true),
        .init("PURPOSE"), .init("QUESTION"),
    ])
    private var lines: [String] = []

    init(format: OutputFormat) {
        self.format = format
    }

    mutating func write(_ access: AccessDocument) throws {
        switch self.format {
        case .table: self.table.append(access.fields.dropLast())
        case .csv: self.lines.append(CSV.line(access.fields))
        case .json, .ndjson: self.lines.append(Terminal.printable(access.text))
        }
    }

    func finish() {
        switch self.format {
        case .table: Terminal.write(self.table.text)
        case .csv: Terminal.write(CSV.line(AccessDocument.fieldNames) + self.lines.joined())
        case .ndjson: Terminal.write(self.lines.map { $0 + "\n" }.joined())
        case .json:
            Terminal.write(self.lines.isEmpty ? "[]\n" : "[\n" + self.lines.joined(separator: ",\n") + "\n]\n")
        }
    }
}
