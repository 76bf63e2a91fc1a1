import Foundation
import LoginContracts
import Testing

@testable import AuditTrail

/// Whatever is changed in a trail is noticed, and named.
struct VerificationTests {
    let folder: TemporaryFolder
    let signer: NoteSigner
    /// What an auditor keeps elsewhere.
    let kept: SignedCheckpoint

    private static let size: Int64 = 2500

    /// Made once, and copied for each test.
    private static let template = Result {
        let folder = try TemporaryFolder()
        return (folder: folder, kept: try Self.fill(folder, size: Self.size, signedBy: try .sample()))
    }

    init() throws {
        let template = try Self.template.get()
        self.folder = try TemporaryFolder()
        self.signer = try .sample()
        self.kept = template.kept
        try FileManager.default.copyItem(atPath: template.folder.database, toPath: self.folder.database)
    }

    /// Makes a trail with everything that a trail can have, and returns its last checkpoint.
    static func fill(
        _ folder: TemporaryFolder,
        size: Int64,
        signedBy signer: NoteSigner
    ) throws -> SignedCheckpoint {
        let writer = try TrailWriter(folder)
        defer { writer.close() }
        var offset: Int64 = 0
        var last: Range<Int64>?
        while writer.nextIndex < size {
            let entries = (Int64(0)..<40).map { place in
                var entry = ValidationEntry.sample(offset + place, playerId: "player-\((offset + place) % 97)")
                entry.lockout = place == 7 ? Lockout(id: "x", regTime: 5) : nil
                return entry
            }
            let deliveries = last.map { [EntryDelivery.committed(ClosedRange($0))] } ?? []
            last = try writer.append(entries, deliveries: deliveries, services: offset == 0 ? [.sample(.started)] : [])
            offset += 40
            if offset % 400 == 0 { _ = try writer.checkpoint(signedBy: signer, at: Timestamp(offset)) }
        }
        return try #require(try writer.checkpoint(signedBy: signer, at: Timestamp(offset)))
    }

    private func verify(against given: [SignedCheckpoint] = []) throws -> TrailVerification {
        let reader = try TrailReader(path: self.folder.database)
        defer { reader.close() }
        return try TrailVerifier(reader, against: given, trusted: [self.signer.verifier]).verify()
    }

    /// Changes the file as somebody does who knows how, and puts the rules back.
    private func tamper(_ sql: String) throws {
        let connection = try PlainConnection(self.folder.database)
        let triggers = try connection.rows("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
        for trigger in triggers { #expect(connection.execute("DROP TRIGGER \(trigger[0] ?? "")") == 0) }
        #expect(connection.execute(sql) == 0, "\(connection.message)")
        for trigger in triggers { #expect(connection.execute(trigger[1] ?? "") == 0, "\(connection.message)") }
    }

    @Test func anUntouchedTrailIsVerified() throws {
        let result = try self.verify(against: [self.kept])
        #expect(result.problems == [])
        #expect(result.entries == self.kept.checkpoint.size)
        #expect(result.root == self.kept.checkpoint.root)
        #expect(result.covered == self.kept.checkpoint.size)
        #expect(result.checkpoints > 5)
        #expect(result.givenCheckpoints == 1)
        #expect(result.verifiers == [self.signer.verifier])
    }

    /// Entries and their marks are found by it, and fit; a row that it leads to says something else.
    @Test func anIndexOfOtherRowsIsNoticed() throws {
        let name = "deliveries_by_entry"
        let first = try PlainConnection(self.folder.database)
        let index = try first.rows("SELECT rootpage, sql FROM sqlite_schema WHERE name = '\(name)'")[0]
        let forget = "PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = '\(name)'"
        #expect(first.execute(forget) == 0, "\(first.message)")
        try self.tamper(
            "UPDATE deliveries SET entry_index = entry_index + 16384 WHERE entry_index = (SELECT max(entry_index) FROM deliveries)"
        )
        let second = try PlainConnection(self.folder.database)
        let remember = """
            PRAGMA writable_schema = ON;
            INSERT INTO sqlite_schema VALUES ('index', '\(name)', 'deliveries', \(index[0] ?? ""), '\(index[1] ?? "")')
            """
        #expect(second.execute(remember) == 0, "\(second.message)")
        let problems = try self.verify().problems
        #expect(problems.map(\.message) == ["The index over deliveries is not that of their rows."])
    }

    /// Each column of an entry, its hash, and everything beside the entries.
    @Test(
        arguments: EntryColumn.allCases.filter { $0 != .index && $0 != .details }.map { column in
            switch column.storage {
            case .integer: "UPDATE entries SET \(column.name) = ifnull(\(column.name), 0) + 1 WHERE \"index\" = 1207"
            case .text: "UPDATE entries SET \(column.name) = ifnull(\(column.name), '') || 'x' WHERE \"index\" = 1207"
            case .blob: "UPDATE entries SET \(column.name) = zeroblob(32) WHERE \"index\" = 1207"
            }
        }
    )
    func aChangedColumnIsNamed(sql: String) throws {
        try self.tamper(sql.replacing("source_id = ifnull(source_id, 0) + 1", with: "source_id = NULL"))
        let problems = try self.verify().problems
        #expect(problems.first?.index == 1207, "\(problems)")
    }

    @Test(
        arguments: [
            ("DELETE FROM entries WHERE \"index\" = 77", Int64(77)),
            ("UPDATE entries SET \"index\" = -5 WHERE \"index\" = 77", -5),
            ("UPDATE deliveries SET state = 'superseded' WHERE entry_index > 1000 AND entry_index < 1050", nil),
            ("UPDATE deliveries SET marked_at = marked_at + 1 WHERE entry_index > 1000 AND entry_index < 1050", nil),
            ("UPDATE deliveries SET last_index = last_index - 1 WHERE entry_index > 1000 AND entry_index < 1050", nil),
            ("DELETE FROM deliveries WHERE entry_index > 1000 AND entry_index < 1050", nil),
            ("INSERT INTO deliveries VALUES (2400, 2400, 'committed', 0, NULL)", nil),
            ("UPDATE tree_nodes SET hash = zeroblob(32) WHERE level = 8 AND position = 3", 768),
            ("DELETE FROM tree_nodes WHERE level = 8 AND position = 3", 768),
            ("INSERT INTO tree_nodes VALUES (8, 4000, zeroblob(32))", nil),
            ("INSERT INTO tree_nodes VALUES (3, 1, zeroblob(32))", nil),
            ("UPDATE time_ranges SET latest = latest - 1 WHERE first_index = 1024", 1024),
            ("DELETE FROM time_ranges WHERE first_index = 0", 0),
            (
                "UPDATE checkpoints SET note = replace(note, 'A', 'B') WHERE size = (SELECT min(size) FROM checkpoints)",
                nil
            ),
            ("UPDATE checkpoints SET size = size + 1 WHERE size = (SELECT min(size) FROM checkpoints)", nil),
            ("UPDATE sources SET topic = 'other'", nil),
            ("DELETE FROM sources", nil),
        ]
    )
    func aChangeBesideTheEntriesIsNamed(sql: String, index: Int64?) throws {
        try self.tamper("PRAGMA foreign_keys = OFF; \(sql)")
        let problems = try self.verify().problems
        #expect(!problems.isEmpty)
        if let index { #expect(problems.first?.index == index, "\(problems)") }
    }

    /// Members of the document that move from one column into another.
    @Test func aTextThatPretendsToBeMoreIsNoticed() throws {
        try self.tamper(
            """
            UPDATE entries SET lockout = lockout || ',"message":"' || message || '"', message = NULL
            WHERE lockout IS NOT NULL AND "index" > 1200
            """
        )
        #expect(!(try self.verify().problems.isEmpty))
    }

    @Test func aMissingRuleIsNoticed() throws {
        #expect(try PlainConnection(self.folder.database).execute("DROP TRIGGER entries_are_never_changed") == 0)
        #expect(try self.verify().problems.map(\.message).contains { $0.contains("entries_are_never_changed") })
    }

    /// Somebody with the key and the database writes another history; only what was kept elsewhere tells.
    @Test func aRewrittenTrailIsNoticedByAKeptCheckpointOnly() throws {
        let forged = try TemporaryFolder()
        let writer = try TrailWriter(forged)
        _ = try writer.append(ValidationEntry.samples(0..<Self.size + 500))
        _ = try writer.checkpoint(signedBy: self.signer, at: Timestamp(0))
        let reader = try TrailReader(path: forged.database)
        let verifier = TrailVerifier(reader, trusted: [self.signer.verifier])
        #expect(try verifier.verify().problems == [])
        let against = TrailVerifier(reader, against: [self.kept], trusted: [self.signer.verifier])
        let problems = try against.verify().problems
        #expect(problems.count == 1)
        #expect(problems.first?.message.contains("given checkpoint") == true)
    }

    @Test func aCutTailIsNoticedByAKeptCheckpoint() throws {
        try self.tamper(
            """
            DELETE FROM checkpoints WHERE size > 1200;
            DELETE FROM deliveries WHERE entry_index >= 1200;
            DELETE FROM entries WHERE "index" >= 1200;
            DELETE FROM tree_nodes WHERE (position + 1) << level > 1200;
            DELETE FROM time_ranges WHERE last_index >= 1200;
            """
        )
        #expect(try self.verify().problems == [])
        let problems = try self.verify(against: [self.kept]).problems
        #expect(problems.first?.index == 1200)
        #expect(problems.first?.message.contains("cut off") == true)
    }

    @Test func aCheckpointOfAnotherKeyIsNotTrusted() throws {
        let reader = try TrailReader(path: self.folder.database)
        let other = try NoteSigner.sample(key: 9).verifier
        let problems = try TrailVerifier(reader, trusted: [other]).verify().problems
        #expect(problems.first?.message.contains("not trusted") == true)
    }

    @Test func aTrailUnderAnothersNameIsNoticed() throws {
        let folder = try TemporaryFolder()
        let writer = try TrailWriter(folder)
        _ = try writer.append([.sample(0)])
        let signer = try NoteSigner.sample(name: NoteSigner.defaultOrigin(trailID: writer.trailID))
        _ = try writer.checkpoint(signedBy: signer, at: Timestamp(0))
        writer.close()
        #expect(try TrailVerifier(try TrailReader(path: folder.database)).verify().problems == [])
        let connection = try PlainConnection(folder.database)
        let sql = "DROP TRIGGER trail_are_never_changed; UPDATE trail SET id = '\(String(repeating: "0", count: 32))'"
        #expect(connection.execute(sql) == 0)
        let problems = try TrailVerifier(try TrailReader(path: folder.database)).verify().problems
        #expect(problems.contains { $0.message.contains("calls itself") })
    }

    @Test func aTrailWithoutEntriesIsVerified() throws {
        let empty = try TemporaryFolder()
        _ = try TrailWriter(empty)
        let result = try TrailVerifier(try TrailReader(path: empty.database)).verify()
        #expect(result == TrailVerification())
    }
}
