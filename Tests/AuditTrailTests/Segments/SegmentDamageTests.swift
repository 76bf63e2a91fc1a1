import Foundation
import LoginContracts
import Testing

@testable import AuditTrail

/// Segments that are changed, moved, cut or exchanged are named.
struct SegmentDamageTests {
    let folder: TemporaryFolder
    let kept: [SignedCheckpoint]

    private static let template = Result {
        let trails = try SegmentedTrails.filled()
        trails.close()
        return trails
    }

    init() throws {
        let template = try Self.template.get()
        self.folder = try TemporaryFolder()
        self.kept = template.checkpoints
        for (name, content) in try template.segmented.contents() where name.contains("audit.db") {
            try content.write(to: URL(fileURLWithPath: self.folder.path + "/" + name))
        }
    }

    private func segments() throws -> [SegmentFile] {
        try SegmentFile.all(beside: TrailFile(path: self.folder.database).path)
    }

    private func verify() throws -> TrailVerification {
        let reader = try TrailReader(path: self.folder.database)
        defer { reader.close() }
        return try TrailVerifier(reader, against: self.kept, trusted: Set(self.kept.map(\.verifier))).verify()
    }

    private func tamper(_ path: String, _ sql: String) throws {
        let connection = try PlainConnection(path)
        let triggers = try connection.rows("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
        for trigger in triggers { #expect(connection.execute("DROP TRIGGER \(trigger[0] ?? "")") == 0) }
        #expect(connection.execute("PRAGMA foreign_keys = OFF; \(sql)") == 0, "\(connection.message)")
        for trigger in triggers { #expect(connection.execute(trigger[1] ?? "") == 0, "\(connection.message)") }
        #expect(connection.execute("PRAGMA wal_checkpoint(TRUNCATE)") == 0)
    }

    @Test func anUntouchedCopyIsVerified() throws {
        #expect(try self.verify().problems == [])
    }

    @Test(arguments: 0..<7)
    func aMissingSegmentIsNamed(place: Int) throws {
        let file = try self.segments()[place]
        try FileManager.default.removeItem(atPath: file.path)
        let problems = try self.verify().problems
        #expect(problems.first?.index == file.indices.lowerBound)
        #expect(problems.first?.message.contains("no segment") == true)
        // The rest is what it was, and nothing else is wrong.
        #expect(problems.count == 1, "\(problems)")
        let reader = try TrailReader(path: self.folder.database)
        #expect(#expect(throws: TrailError.self) { try reader.entry(at: file.indices.lowerBound) }?.code == .missing)
        #expect(try reader.entry(at: try reader.count() - 1) != nil)
    }

    @Test func severalMissingSegmentsAreNamed() throws {
        let files = try self.segments()
        for place in [0, 1, 4] { try FileManager.default.removeItem(atPath: files[place].path) }
        let problems = try self.verify().problems
        #expect(problems.map(\.index) == [0, files[4].indices.lowerBound])
    }

    @Test func exchangedSegmentsAreNamed() throws {
        let files = try self.segments()
        let moved = self.folder.path + "/moved"
        for (from, to) in [(files[2].path, moved), (files[4].path, files[2].path), (moved, files[4].path)] {
            try FileManager.default.moveItem(atPath: from, toPath: to)
        }
        let problems = try self.verify().problems
        #expect(Set(problems.map(\.index)).isSuperset(of: [files[2], files[4]].map(\.indices.lowerBound)))
        #expect(problems.first?.message.contains("its name does not say") == true)
    }

    @Test func aSegmentOfAnotherTrailIsNamed() throws {
        let other = try SegmentedTrails.filled()
        other.close()
        let (own, foreign) = (try self.segments()[3], try other.segments[3])
        try FileManager.default.removeItem(atPath: own.path)
        try FileManager.default.copyItem(atPath: foreign.path, toPath: own.path)
        let problems = try self.verify().problems
        #expect(problems.first?.index == own.indices.lowerBound)
        #expect(problems.first?.message.contains("another audit trail") == true)
    }

    @Test(arguments: [0, 100, 5000, 20_000])
    func aCutSegmentIsNoticed(length: Int) throws {
        let file = try self.segments()[4]
        let whole = try Data(contentsOf: URL(fileURLWithPath: file.path))
        try whole.prefix(length).write(to: URL(fileURLWithPath: file.path))
        do {
            #expect(!(try self.verify().problems.isEmpty))
        } catch {
            #expect("\(error)".contains(file.path))
        }
    }

    @Test(
        arguments: [
            ("UPDATE entries SET message = 'x' WHERE \"index\" = 1500", Int64(1500)),
            ("DELETE FROM entries WHERE \"index\" = 1500", 1500),
            ("UPDATE entries SET \"index\" = 20 WHERE \"index\" = 1500", 20),
            ("UPDATE base_nodes SET hash = zeroblob(32)", nil),
            ("DELETE FROM base_nodes", nil),
            ("UPDATE base SET first_index = first_index + 1", nil),
            ("UPDATE base_offsets SET last_offset = last_offset + 1", nil),
            ("DELETE FROM base_offsets", nil),
            ("UPDATE tree_nodes SET hash = zeroblob(32) WHERE position = (SELECT min(position) FROM tree_nodes)", nil),
            ("UPDATE time_ranges SET latest = latest + 1", nil),
            ("DELETE FROM time_ranges", nil),
            ("UPDATE deliveries SET state = 'superseded'", nil),
            (
                "UPDATE checkpoints SET note = replace(note, 'A', 'B') WHERE size = (SELECT min(size) FROM checkpoints)",
                nil
            ),
            ("UPDATE sources SET topic = 'other'", nil),
            ("UPDATE trail SET id = '00000000000000000000000000000000'", nil),
        ]
    )
    func aChangeInASegmentIsNamed(sql: String, index: Int64?) throws {
        let file = try #require(try self.segments().first { $0.indices.contains(1500) })
        try self.tamper(file.path, sql)
        let problems = try self.verify().problems
        #expect(!problems.isEmpty)
        if let index { #expect(problems.first?.index == index, "\(problems)") }
    }

    /// The live file says what precedes it, and nothing of that can be changed either.
    @Test(
        arguments: [
            "UPDATE base_nodes SET hash = zeroblob(32)", "UPDATE base_offsets SET last_offset = 1",
            "UPDATE checkpoints SET note = replace(note, 'A', 'B') WHERE size = (SELECT min(size) FROM checkpoints)",
            "DELETE FROM base_offsets",
        ]
    )
    func aChangeInTheLiveFilesBaseIsNamed(sql: String) throws {
        try self.tamper(self.folder.database, sql)
        #expect(!(try self.verify().problems.isEmpty))
    }

    /// Cut off together with what follows, only what was kept elsewhere tells.
    @Test func aTrailThatGoesBackToAnOlderLiveFileIsNoticedByAKeptCheckpoint() throws {
        let files = try self.segments()
        let last = try #require(files.last)
        for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: self.folder.database + suffix)
        }
        try FileManager.default.moveItem(atPath: last.path, toPath: self.folder.database)
        let problems = try self.verify().problems
        #expect(problems.first?.index == last.indices.upperBound)
        #expect(problems.first?.message.contains("cut off") == true)
    }

    /// Single bits of a sealed file: each is noticed, or nothing that a reader could get out of it is changed.
    @Test(arguments: [2, 5])
    func anyBitOfASegment(place: Int) throws {
        let file = try self.segments()[place]
        let truth = try Self.content(of: file)
        let (noticed, seed) = try FlippedBits(path: file.path, attempts: 60).check(
            isNoticed: { !(try self.verify().problems.isEmpty) },
            unnoticed: { comment in
                let content = try Self.content(of: file)
                #expect(content == truth, comment)
            }
        )
        // A small file has pages without content.
        #expect(noticed > 4, seed)
    }

    private static func content(of file: SegmentFile) throws -> [String: [[String?]]] {
        let connection = try PlainConnection(file.immutableURI)
        var content: [String: [[String?]]] = [:]
        for table in ["sources", "deliveries", "time_ranges", "tree_nodes", "base", "base_nodes", "base_offsets"] {
            content[table] = try connection.rows("SELECT * FROM \(table)")
        }
        let columns = EntryColumn.allCases.map { "quote(\($0.name))" }.joined(separator: ", ")
        content["entries"] = try connection.rows("SELECT \(columns) FROM entries ORDER BY \"index\"")
        return content
    }
}
