import Foundation
import LoginContracts
import Testing

@testable import AuditTrail

/// A small life of a trail as the engine leads it: appends that are repeated until they succeed, look-ups between them.
struct AppendStory {
    private(set) var acknowledged: [Range<Int64>] = []
    /// Whether another process goes on. Service entries have no identity, so it cannot know that one without decisions
    /// is there already; the service never repeats one in another process.
    var isResumed = false

    static let batches = 4
    static let entriesPerBatch: Int64 = 3
    /// No plan lasts longer.
    static let maximumAttempts = 200

    /// A short WAL, so that it is copied within the story.
    static var options: WritingConnection.Options {
        var options = WritingConnection.Options()
        options.pagesPerCheckpoint = 12
        return options
    }

    struct GaveUp: Error {}

    /// An empty trail, closed; making one takes longer than the story.
    private static let emptyTrail = Result<Data, any Error> {
        let folder = try TemporaryFolder()
        try TrailWriter(folder).close()
        return try Data(contentsOf: URL(fileURLWithPath: folder.database))
    }

    /// A new folder with an empty trail, on a disk that works so far.
    static func makeDisk() throws -> FaultyDisk {
        let folder = try TemporaryFolder()
        try Self.emptyTrail.get().write(to: URL(fileURLWithPath: folder.database))
        return FaultyDisk(folder)
    }

    static func entries(_ batch: Int) -> [ValidationEntry] {
        let first = Int64(batch) * Self.entriesPerBatch
        var entries = ValidationEntry.samples(first..<(first + Self.entriesPerBatch))
        // Longer than a page, so that a commit has many frames; and a latency that the trail rounds.
        entries[1].message = String(repeating: "\(batch)", count: 5000)
        entries[2].platformLatency = .nanoseconds(1_234_567)
        return entries
    }

    /// The last ones come without decisions.
    static func events(_ batch: Int) -> [ServiceEntry] {
        switch batch {
        case 1: [.sample(.guardTripped, recordedAt: 1), .sample(.guardReleased, recordedAt: 2)]
        case Self.batches: [.sample(.configurationChanged, recordedAt: 3)]
        default: []
        }
    }

    /// Goes on from the first batch that is not acknowledged.
    ///
    /// - Parameter failed: Called after each error; what it throws ends the story.
    mutating func run(_ writer: TrailWriter, failed: (TrailError) throws -> Void = { _ in }) throws {
        while self.acknowledged.count <= Self.batches {
            let batch = self.acknowledged.count
            let entries = batch == Self.batches ? [] : Self.entries(batch)
            let deliveries = self.acknowledged.last.map { [EntryDelivery.committed(ClosedRange($0))] } ?? []
            let range = try Self.untilItSucceeds(failed) { () throws(TrailError) in
                try writer.append(entries, deliveries: deliveries, services: Self.events(batch))
            }
            #expect(range.count == entries.count)
            self.acknowledged.append(range)
            let found = try Self.untilItSucceeds(failed) { () throws(TrailError) in
                try writer.recorded(entries.map(\.identity)).entries
            }
            #expect(entries.map { found[$0.identity]?.index } == Array(range))
        }
    }

    /// Does it again until it succeeds.
    ///
    /// - Parameter failed: Called after each error; what it throws ends it.
    static func untilItSucceeds<Value>(
        _ failed: (TrailError) throws -> Void,
        _ body: () throws(TrailError) -> Value
    ) throws -> Value {
        for _ in 0..<Self.maximumAttempts {
            do throws(TrailError) {
                return try body()
            } catch {
                try failed(error)
            }
        }
        throw GaveUp()
    }

    /// Holds a trail against what was acknowledged so far.
    ///
    /// - Parameter isOver: Whether the story has come to its end, so that there must be nothing else.
    func check(_ folder: TemporaryFolder, isOver: Bool, _ comment: Comment) throws {
        let reader = try TrailReader(path: folder.database)
        var trail: [TrailEntry] = []
        var everything = TrailQuery()
        everything.kinds = Set(TrailQuery.Kind.allCases)
        try reader.forEach(everything, ascending: true) { trail.append($0) }
        #expect(trail.map(\.index) == Array(0..<Int64(trail.count)), comment)
        for (batch, range) in self.acknowledged.enumerated() where batch < Self.batches {
            for (index, entry) in zip(range, Self.entries(batch)) {
                try #require(index < trail.count, comment)
                guard case .validation(let recorded) = trail[Int(index)] else {
                    Issue.record("Entry \(index) is no decision. \(comment)")
                    continue
                }
                #expect(recorded.entry == entry.asStored, comment)
                // The mark rides in the next batch.
                if batch + 1 < self.acknowledged.count {
                    #expect(recorded.delivery == .committed(ClosedRange(range)), comment)
                }
            }
        }
        var identities: Set<RecordIdentity> = []
        var events: [ServiceEntry] = []
        for entry in trail {
            switch entry {
            case .validation(let recorded): #expect(identities.insert(recorded.entry.identity).inserted, comment)
            case .delivery: break
            case .service(_, let event): events.append(event)
            }
        }
        let batches = 0..<self.acknowledged.count
        #expect(events.starts(with: batches.flatMap(Self.events)), comment)
        guard isOver else { return }
        if self.isResumed, events.last == events.dropLast().last { events.removeLast() }
        #expect(events == batches.flatMap(Self.events), comment)
        #expect(identities.count == Self.batches * Int(Self.entriesPerBatch), comment)
    }
}
