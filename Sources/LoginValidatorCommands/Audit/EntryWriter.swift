import AuditTrail
import Foundation

/// Writes entries to stdout one after the other, so that memory does not grow with their number.
///
/// The table is the exception: its columns are aligned, so it is gathered; queries bound it.
struct EntryWriter {
    let format: OutputFormat
    private var table = TextTable(Self.columns)
    private var count = 0

    private static let columns: [TextTable.Column] = [
        .init("INDEX", isNumber: true), .init("RECORDED AT"), .init("DECISION"), .init("REASON"), .init("APP"),
        .init("PLAYER"), .init("STATUS", isNumber: true), .init("CODE", isNumber: true), .init("MS", isNumber: true),
        .init("DELIVERY"), .init("EVENT"),
    ]

    init(format: OutputFormat) {
        self.format = format
    }

    mutating func write(_ entry: TrailEntry) throws {
        let document = EntryDocument(entry)
        switch self.format {
        case .table: self.table.append(Self.row(document))
        case .json:
            Terminal.write((self.count == 0 ? "[\n" : ",\n") + (try JSON.line(document)))
        case .ndjson: Terminal.write(try JSON.line(document) + "\n")
        case .csv:
            if self.count == 0 { Terminal.write(CSV.line(EntryDocument.fieldNames)) }
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
        case .csv: if self.count == 0 { Terminal.write(CSV.line(EntryDocument.fieldNames)) }
        }
    }

    /// Writes the rows of a table that have gathered, for a table without an end.
    mutating func flushTable() {
        guard self.format == .table, !self.table.rows.isEmpty else { return }
        Terminal.write(self.table.takeText())
    }

    private static func row(_ document: EntryDocument) -> [String] {
        [
            "\(document.index)", document.recordedAt, document.decision ?? document.kind,
            document.reason ?? (document.decision == nil ? document.message ?? "" : "-"), document.kgAppId ?? "-",
            document.playerId ?? "-", document.httpStatus.map(String.init) ?? "-",
            document.apiCode.map(String.init) ?? "-",
            document.platformLatencyMicroseconds.map { String(format: "%.1f", Double($0) / 1000) } ?? "-",
            document.delivery ?? "-",
            document.eventId ?? "-",
        ]
    }
}
