import AuditTrail
import Foundation

/// Writes entries to stdout one after the other, so that memory does not grow with their number.
///
/// The table is the exception: its columns are aligned, so it is gathered; queries bound it.
struct EntryWriter {
    let format: OutputFormat
    private var table = TextTable(Self.columns)
    private var count = 0
    private let json = JSONEncoder()

    private static let columns: [TextTable.Column] = [
        .init("INDEX", isNumber: true), .init("RECORDED AT"), .init("DECISION"), .init("REASON"), .init("APP"),
        .init("PLAYER"), .init("STATUS", isNumber: true), .init("CODE", isNumber: true), .init("MS", isNumber: true),
        .init("DELIVERY"), .init("EVENT"),
    ]

    init(format: OutputFormat) {
        self.format = format
        self.json.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    }

    mutating func write(_ entry: TrailEntry) throws {
        let document = EntryDocument(entry)
        switch self.format {
        case .table: self.table.append(Self.row(document))
        case .json:
            Terminal.write((self.count == 0 ? "[\n" : ",\n") + (try self.line(document)))
        case .ndjson: Terminal.write(try self.line(document) + "\n")
        case .csv:
            if self.count == 0 { Terminal.write(CSV.line(document.fields.map(\.name))) }
            Terminal.write(CSV.line(document.fields.map { $0.text ?? "" }))
        }
        self.count += 1
    }

    /// Ends the output: a table is written now, a JSON array closed.
    mutating func finish() {
        switch self.format {
        case .table: Terminal.write(self.table.text)
        case .json: Terminal.write(self.count == 0 ? "[]\n" : "\n]\n")
        case .ndjson: break
        case .csv: break
        }
    }

    /// Writes the rows of a table that have gathered, for a table without an end.
    mutating func flushTable() {
        guard self.format == .table, !self.table.rows.isEmpty else { return }
        Terminal.write(self.table.text)
        self.table = TextTable(Self.columns.map { _ in .init("") })
    }

    private func line(_ document: EntryDocument) throws -> String {
        String(decoding: try self.json.encode(document), as: UTF8.self)
    }

    private static func row(_ document: EntryDocument) -> [String] {
        [
            "\(document.index)", document.recordedAt, document.decision ?? document.kind,
            document.reason ?? (document.decision == nil ? document.message ?? "" : "-"), document.kgAppId ?? "-",
            document.playerId ?? "-", document.httpStatus.map(String.init) ?? "-",
            document.apiCode.map(String.init) ?? "-",
            document.platformLatencyMilliseconds.map { String(format: "%.1f", $0) } ?? "-", document.delivery ?? "-",
            document.eventId ?? "-",
        ]
    }
}

/// RFC 4180.
enum CSV {
    static func line(_ cells: [String]) -> String {
        cells.map(Self.cell).joined(separator: ",") + "\r\n"
    }

    /// A cell that a spreadsheet would take for a formula gets an apostrophe, because what it holds comes from outside.
    private static func cell(_ text: String) -> String {
        var text = text
        if let first = text.first, "=+@\t\r".contains(first) || (first == "-" && Double(text) == nil) {
            text = "'" + text
        }
        guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
        return "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\""
    }
}
