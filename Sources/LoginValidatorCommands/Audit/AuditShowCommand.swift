import ArgumentParser
import AuditTrail
import Foundation
import LoginContracts

/// `audit show`: one login's whole story.
struct AuditShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows one login's whole story, found by index, event or record.",
        discussion: "The event, the platform's answer, the decision, what became of it, and whether the proof holds."
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
        let trail = try self.trail.open()
        defer { trail.close() }
        let entries = try self.entries(trail.reader)
        try trail.record("show", self.question, entries: entries.count)
        guard !entries.isEmpty else { throw CommandFailure(.failed, "The trail has no such entry.") }
        if self.format == .csv {
            var writer = EntryWriter(format: .csv)
            for entry in entries { try writer.write(entry) }
            return writer.finish()
        }
        let stories = try entries.map { try EntryStory($0, trail.reader) }
        switch self.format {
        case .json: Terminal.write(try JSON.document(stories))
        case .ndjson: for story in stories { Terminal.write(try JSON.line(story) + "\n") }
        case .table, .csv: Terminal.write(stories.map(\.text).joined(separator: "\n"))
        }
    }

    private func entries(_ reader: TrailReader) throws -> [TrailEntry] {
        if let index { return try reader.entry(at: index).map { [$0] } ?? [] }
        var query = TrailQuery()
        query.eventID = self.event
        if let place = self.record.flatMap(Self.place) {
            query.topic = place.topic
            query.partition = place.partition
            query.offset = place.offset
        }
        return try reader.entries(query).entries
    }

    private var question: [String: String] {
        var question: [String: String] = [:]
        question["index"] = self.index.map(String.init)
        question["event"] = self.event
        question["record"] = self.record
        return question
    }

    private static func place(_ text: String) -> (topic: String, partition: Int32, offset: Int64)? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, !parts[0].isEmpty, let partition = Int32(parts[1]), partition >= 0,
            let offset = Int64(parts[2]), offset >= 0
        else { return nil }
        return (String(parts[0]), partition, offset)
    }
}
