import ArgumentParser
import AuditTrail
import Foundation
import LoginContracts

/// `audit show`: one login's whole story.
struct AuditShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows everything about one entry, found by index, event or record."
    )

    @Argument(help: "The entry's index.")
    var index: Int64?

    @Option(help: "The event's id.")
    var event: String?

    @Option(help: "The login event's place, as TOPIC/PARTITION/OFFSET.")
    var record: String?

    @Option(help: "table, json, ndjson or csv.")
    var format: OutputFormat = .table

    @OptionGroup var trail: TrailOptions

    func validate() throws {
        let given = [self.index != nil, self.event != nil, self.record != nil].filter { $0 }.count
        guard given == 1 else { throw ValidationError("Give one of an index, --event or --record.") }
        if let record, Self.place(record) == nil {
            throw ValidationError("--record must be TOPIC/PARTITION/OFFSET, such as login.events/0/42.")
        }
    }

    func run() async throws {
        let reader = try self.trail.open()
        defer { reader.close() }
        let entries: [TrailEntry]
        if let index {
            entries = try reader.entry(at: index).map { [$0] } ?? []
        } else {
            var query = TrailQuery()
            query.eventID = self.event
            if let place = self.record.flatMap(Self.place) {
                query.topic = place.topic
                query.partition = place.partition
                query.offset = place.offset
            }
            entries = try reader.entries(query).entries
        }
        guard !entries.isEmpty else { throw CommandFailure(.failed, "The trail has no such entry.") }
        if self.format == .table {
            Terminal.write(entries.map(Self.story).joined(separator: "\n"))
        } else {
            var writer = EntryWriter(format: self.format)
            for entry in entries { try writer.write(entry) }
            writer.finish()
        }
    }

    private static func story(_ entry: TrailEntry) -> String {
        var table = TextTable([.init("FIELD"), .init("VALUE")])
        for (name, text) in EntryDocument(entry).fields {
            if let text { table.append([name, text]) }
        }
        return table.text
    }

    private static func place(_ text: String) -> (topic: String, partition: Int32, offset: Int64)? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, !parts[0].isEmpty, let partition = Int32(parts[1]), partition >= 0,
            let offset = Int64(parts[2]), offset >= 0
        else { return nil }
        return (String(parts[0]), partition, offset)
    }
}
