import LoginContracts
import ValidatorService

/// Writes a page of dead letters to stdout.
enum DeadLetterWriter {
    private static let columns: [TextTable.Column] = [
        .init("PLACE"), .init("TIMESTAMP"), .init("DISPOSITION"), .init("TIMES", isNumber: true), .init("APP"),
        .init("PLAYER"), .init("TOKEN"), .init("FROM"), .init("REPLAYED"), .init("EVENT"), .init("WHY"),
    ]

    static func text(_ rows: [DeadLetterPage.Row], format: OutputFormat) throws -> String {
        let documents = rows.map(DeadLetterDocument.init)
        switch format {
        case .table:
            var table = TextTable(Self.columns)
            for document in documents { table.append(Self.row(document)) }
            return table.text
        case .json:
            guard !documents.isEmpty else { return "[]\n" }
            return "[\n" + (try documents.map(JSON.line).joined(separator: ",\n")) + "\n]\n"
        case .ndjson: return try documents.map { try JSON.line($0) + "\n" }.joined()
        case .csv:
            return CSV.line(DeadLetterDocument.fieldNames)
                + documents.map { CSV.line($0.fields.map { $0.text ?? "" }) }.joined()
        }
    }

    private static func row(_ document: DeadLetterDocument) -> [String] {
        var from = "-"
        if let topic = document.originalTopic, let partition = document.originalPartition,
            let offset = document.originalOffset
        {
            from = "\(topic)/\(partition)/\(offset)"
        }
        // The reason names what is wrong; the value only helps where it does not hold in a cell anyway.
        let why = [document.obstacle, document.message, document.excerpt].compactMap { $0 }.joined(separator: " | ")
        return [
            "\(document.partition)/\(document.offset)", document.timestamp ?? "-", document.disposition ?? "-",
            "\(document.failures)", document.kgAppId ?? "-", document.playerId ?? "-", document.token ?? "-", from,
            document.replayedAt ?? "-", document.eventId, why,
        ]
    }
}
