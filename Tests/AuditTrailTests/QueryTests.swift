import LoginContracts
import Testing

@testable import AuditTrail

/// What is asked for is found, page by page, while the trail grows.
struct QueryTests {
    let folder: TemporaryFolder
    let writer: TrailWriter

    init() throws {
        self.folder = try TemporaryFolder()
        self.writer = try TrailWriter(self.folder)
    }

    @Test func pagesShowEveryEntryOnceWhileEntriesArrive() throws {
        _ = try self.writer.append(ValidationEntry.samples(0..<95))
        let reader = try TrailReader(path: self.folder.database)
        var query = TrailQuery()
        query.limit = 10
        var seen: [Int64] = []
        var offset: Int64 = 95
        repeat {
            let page = try reader.entries(query)
            #expect(page.entries.count <= 10)
            seen += page.entries.map(\.index)
            query.after = page.nextAfter
            _ = try self.writer.append([.sample(offset)])
            offset += 1
        } while query.after != nil
        #expect(seen == Array((0..<95).reversed()))
    }

    @Test func theLastFullPageSaysThatItIsTheLast() throws {
        _ = try self.writer.append(ValidationEntry.samples(0..<10))
        let reader = try TrailReader(path: self.folder.database)
        var query = TrailQuery()
        query.limit = 10
        #expect(try reader.entries(query).nextAfter == nil)
        query.limit = 9
        #expect(try reader.entries(query).nextAfter == 1)
        query.after = 0
        #expect(try reader.entries(query) == TrailPage(entries: [], nextAfter: nil))
    }

    @Test func anExplanationSaysWhatWouldBeLookedAt() throws {
        _ = try self.writer.append(ValidationEntry.samples(0..<50))
        let reader = try TrailReader(path: self.folder.database)
        var query = TrailQuery()
        query.playerId = "it's"
        query.after = 40
        query.before = 9
        let explanation = try reader.explanation(query)
        #expect(explanation.indices == 10...39 && explanation.runs == 1 && explanation.files == 1)
        #expect(explanation.parameters.contains("'it''s'"))
        #expect(explanation.plan.contains { $0.contains("entries_by_player") })
        #expect(!explanation.sql.contains("it's"))
        query.after = 0
        #expect(try reader.explanation(query).indices == nil)
        #expect(try reader.explanation(query).files == 0)
        query.limit = 0
        #expect(throws: TrailError.self) { try reader.explanation(query) }
    }

    @Test func aBoundedSearchSaysWhereToGoOn() throws {
        _ = try self.writer.append((0..<100).map { .sample($0, playerId: $0 % 50 == 7 ? "rare" : "common") })
        let reader = try TrailReader(path: self.folder.database)
        var query = TrailQuery()
        query.playerId = "rare"
        query.maximumScan = 30
        var pages: [[Int64]] = []
        repeat {
            let page = try reader.entries(query)
            pages.append(page.entries.map(\.index))
            query.after = page.nextAfter
        } while query.after != nil
        #expect(pages == [[], [57], [], [7]])
    }

    @Test func newEntriesCanBeFollowed() throws {
        _ = try self.writer.append(ValidationEntry.samples(0..<3))
        let reader = try TrailReader(path: self.folder.database)
        var query = TrailQuery()
        query.before = try reader.latestIndex()
        _ = try self.writer.append(ValidationEntry.samples(3..<5))
        var followed: [Int64] = []
        try reader.forEach(query, ascending: true) { followed.append($0.index) }
        #expect(followed == [3, 4])
    }

    @Test(arguments: [true, false])
    func aWalkOverMoreThanOneStepIsCompleteAndEndsWhereItBegan(ascending: Bool) throws {
        let count = Int64(TrailReader.entriesPerStep * 2 + 1)
        _ = try self.writer.append(ValidationEntry.samples(0..<count))
        let reader = try TrailReader(path: self.folder.database)
        var seen: [Int64] = []
        try reader.forEach(TrailQuery(), ascending: ascending) { entry in
            if seen.isEmpty { _ = try self.writer.append([.sample(count)]) }
            seen.append(entry.index)
        }
        #expect(seen == (ascending ? Array(0..<count) : Array((0..<count).reversed())))
    }

    @Test func whatTheBodyThrowsEndsTheWalk() throws {
        struct Enough: Error {}
        _ = try self.writer.append(ValidationEntry.samples(0..<3))
        let reader = try TrailReader(path: self.folder.database)
        #expect(throws: Enough.self) { try reader.forEach(TrailQuery()) { _ in throw Enough() } }
    }

    @Test(arguments: [0, 10_001, -1])
    func aLimitOutsideTheBoundsIsRefused(limit: Int) throws {
        let reader = try TrailReader(path: self.folder.database)
        var query = TrailQuery()
        query.limit = limit
        #expect(throws: TrailError.self) { try reader.entries(query) }
    }

    @Test(arguments: [(Int64.max, Int64.min), (.min, .max), (-5, 5), (.max, .max), (0, 0)])
    func extremeBoundsTrapNothing(after: Int64, before: Int64) throws {
        _ = try self.writer.append(ValidationEntry.samples(0..<10))
        let reader = try TrailReader(path: self.folder.database)
        var query = TrailQuery()
        query.after = after
        query.before = before
        query.maximumScan = .max
        query.from = Timestamp(.min)
        query.to = Timestamp(.max)
        let expected = (Int64(0)..<10).filter { $0 < after && $0 > before }
        #expect(try reader.entries(query).entries.map(\.index) == expected.reversed())
    }

    /// The plan is what makes a query over a big trail bearable, so a change of it is a change of behaviour.
    @Test func playersAndOffsetsAreFoundByIndex() throws {
        var player = TrailQuery()
        player.playerId = "x"
        player.from = Timestamp(0)
        var offset = TrailQuery()
        offset.topic = "login.events"
        offset.partition = 0
        offset.offset = 5
        var partition = offset
        partition.offset = nil
        let connection = try PlainConnection(self.folder.database)
        for (query, plan) in [(player, "entries_by_player"), (offset, "entries_by_record"), (partition, "PRIMARY KEY")]
        {
            let bounds = TrailReader.Bounds(lowest: 0, highest: 9)
            let search = TrailReader.Search(EntryColumn.selection, query, bounds, .descending, maximum: 10)
            let sql = search.sql
            let steps = try connection.rows("EXPLAIN QUERY PLAN \(sql)").compactMap { $0.last ?? nil }
            #expect(steps.contains { $0.hasPrefix("SEARCH e ") && $0.contains(plan) }, "\(steps)")
            if query.offset == nil { #expect(!steps.contains { $0.contains("TEMP B-TREE") }, "\(steps)") }
        }
    }

    /// The index over players has blocks; a query walks from one to the next as if there were none.
    @Test func aPlayerIsFoundAcrossSegments() throws {
        let count = Int64(3) << TrailSchema.playerBlockShift
        for first in stride(from: Int64(0), to: count, by: 8192) {
            _ = try self.writer.append(
                (first..<(first + 8192)).map { .sample($0, playerId: $0 % 5000 == 1 ? "rare" : "other") }
            )
        }
        let expected = (Int64(0)..<count).filter { $0 % 5000 == 1 }
        let reader = try TrailReader(path: self.folder.database)
        var query = TrailQuery()
        query.playerId = "rare"
        query.limit = 3
        var seen: [Int64] = []
        repeat {
            let page = try reader.entries(query)
            seen += page.entries.map(\.index)
            query.after = page.nextAfter
        } while query.after != nil
        #expect(seen == expected.reversed())
        query.before = 16_000
        var walked: [Int64] = []
        try reader.forEach(query, ascending: true) { walked.append($0.index) }
        #expect(walked == expected.filter { $0 > 16_000 })
        #expect(try reader.statistics(query).validations == Int64(walked.count))
    }

    @Test func aReaderSeesWhatTheWriterJustWrote() throws {
        let reader = try TrailReader(path: self.folder.database)
        for offset in Int64(0)..<20 {
            _ = try self.writer.append([.sample(offset)])
            #expect(try reader.latestIndex() == offset)
        }
    }
}
