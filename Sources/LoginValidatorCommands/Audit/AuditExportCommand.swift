import ArgumentParser
import AuditTrail
import Foundation

/// `audit export`: entries for other programs.
struct AuditExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Writes entries as NDJSON or CSV, oldest first.",
        discussion: """
            Without filters every entry is written, the service's own and the deliveries too, and \
            ops/verify-trail.py can hold the file against a checkpoint. With filters, only what matches.
            """
    )

    @OptionGroup var filters: FilterOptions

    @Option(help: "The file to write, which must not exist; standard output if not given.")
    var output: String?

    @Option(help: "ndjson or csv.")
    var format: OutputFormat = .ndjson

    @OptionGroup var trail: TrailOptions

    func validate() throws {
        if self.format != .ndjson && self.format != .csv { throw ValidationError("--format must be ndjson or csv.") }
    }

    func run() async throws {
        let trail = try self.trail.open(makingCopies: true)
        defer { trail.close() }
        try trail.recording("export", self.filters.question) { try self.export(trail.reader) }
    }

    /// - Returns: how many entries were written.
    private func export(_ reader: TrailReader) throws -> Int64 {
        var query = try self.filters.query(self.trail)
        if self.filters.question.isEmpty { query.kinds = Set(TrailQuery.Kind.allCases) }
        let file = try OutputFile(self.output)
        let removed = try reader.removals().last?.indices.upperBound ?? 0
        var bar = ProgressBar("Exporting", total: Int(try reader.count() - removed))
        var count: Int64 = 0
        switch self.format {
        case .csv:
            var rows = CSV.line(EntryDocument.fieldNames)
            try reader.forEach(query, ascending: true) { entry in
                rows += CSV.line(EntryDocument(entry).fields.map { $0.text ?? "" })
                count += 1
                guard rows.utf8.count > OutputFile.chunk else { return }
                try file.write(Array(rows.utf8))
                rows = ""
                bar.update(Int(count))
            }
            try file.write(Array(rows.utf8))
        default:
            // A terminal obeys what is in the texts; a file or a pipe gets them as they are.
            let isShown = self.output == nil && Terminal.isStandardOutputTerminal
            try reader.forEachLine(query) { lines, written in
                try file.write(isShown ? Array(Terminal.printableLines(lines).utf8) : lines)
                count += Int64(written)
                bar.update(Int(count))
            }
        }
        try file.finish()
        bar.finish()
        Terminal.remark("\(count) entries.\n")
        try reader.remarkRemovals()
        return count
    }
}
