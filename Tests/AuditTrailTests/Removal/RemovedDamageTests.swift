import Foundation
import LoginContracts
import Testing

@testable import AuditTrail

/// What is kept of removed entries cannot be changed either.
struct RemovedDamageTests {
    let folder: TemporaryFolder
    let kept: [SignedCheckpoint]

    private static let template = Result {
        var trails = try SegmentedTrails.filled()
        try trails.writer.removeSegments(2)
        try trails.append(50)
        try trails.checkpoint()
        try trails.writer.removeSegments(2)
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

    private var path: String { self.folder.database + RemovedStore.suffix }

    private func verify() throws -> TrailVerification {
        let reader = try TrailReader(path: self.folder.database)
        defer { reader.close() }
        // The other trail of the pair has no entries of removals, so later checkpoints are not this one's.
        return try TrailVerifier(reader, trusted: Set(self.kept.map(\.verifier))).verify()
    }

    private func isNoticed() throws -> Bool {
        do {
            return !(try self.verify().problems.isEmpty)
        } catch let error as TrailError {
            #expect("\(error)".contains(self.path), "\(error)")
            return true
        }
    }

    @Test func anUntouchedCopyIsVerified() throws {
        let removals = try TrailReader(path: self.folder.database).removals()
        #expect(removals.count == 4)
        let result = try self.verify()
        #expect(result.problems == [])
        #expect(result.removed == removals.last?.indices.upperBound)
    }

    @Test(
        arguments: [
            "UPDATE trail SET id = '00000000000000000000000000000000'",
            "UPDATE removals SET removed_at = removed_at + 1", "UPDATE removals SET earliest = earliest + 1",
            "UPDATE removals SET latest = latest + 1 WHERE first_index > 0",
            "UPDATE removals SET reason = 'no reason' WHERE first_index = 0",
            "UPDATE removals SET archive = '/archive' WHERE first_index = 0",
            "UPDATE removals SET root = zeroblob(32) WHERE first_index = 0",
            "UPDATE removals SET digest = zeroblob(32) WHERE first_index = 0",
            "UPDATE removals SET last_index = last_index + 1 WHERE first_index = (SELECT max(first_index) FROM removals)",
            "UPDATE removals SET last_index = last_index - 1 WHERE first_index = 0",
            "DELETE FROM removals WHERE first_index = 0", "DELETE FROM removals WHERE first_index > 0",
            "DELETE FROM removal_entries", "DELETE FROM removal_entries WHERE first_index = 0",
            "UPDATE removal_entries SET entry_index = entry_index + 1 WHERE first_index > 1000",
            "UPDATE removal_entries SET entry_index = 5 WHERE first_index = 0",
            "UPDATE tree_nodes SET hash = zeroblob(32) WHERE level = 8 AND position = 1",
            "UPDATE tree_nodes SET hash = zeroblob(32) WHERE level < 8 AND position = (SELECT min(position) FROM tree_nodes)",
            "DELETE FROM tree_nodes WHERE level = 8 AND position = 0", "DELETE FROM tree_nodes WHERE level < 8",
            "INSERT INTO tree_nodes VALUES (0, 17, zeroblob(32))",
            "UPDATE checkpoints SET note = replace(note, 'A', 'B') WHERE size = (SELECT min(size) FROM checkpoints)",
            "UPDATE checkpoints SET signed_at = signed_at + 1 WHERE size = (SELECT max(size) FROM checkpoints)",
            "UPDATE checkpoints SET size = size - 1 WHERE size = (SELECT min(size) FROM checkpoints)",
            "DELETE FROM checkpoints WHERE size = (SELECT min(size) FROM checkpoints)", "DELETE FROM checkpoints",
            "UPDATE sources SET topic = 'other'", "UPDATE sources SET partition = 7",
            "UPDATE decided_records SET first_offset = first_offset + 1 WHERE id = 2",
            "UPDATE decided_records SET digests = zeroblob(length(digests)) WHERE id = 1",
            "UPDATE decided_records SET first_index = 0 WHERE first_index > 0",
            "DELETE FROM decided_records WHERE id = 1",
            "INSERT INTO decided_records SELECT max(id) + 1, 0, 1, 90000, zeroblob(8) FROM decided_records",
        ]
    )
    func aChangeIsNoticed(sql: String) throws {
        let connection = try PlainConnection(self.path)
        let triggers = try connection.rows("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
        #expect(triggers.count == 15)
        for trigger in triggers { #expect(connection.execute("DROP TRIGGER \(trigger[0] ?? "")") == 0) }
        #expect(connection.execute("PRAGMA foreign_keys = OFF; \(sql)") == 0, "\(connection.message)")
        #expect(try Int(connection.rows("SELECT changes()")[0][0] ?? "0") ?? 0 > 0)
        #expect(try self.isNoticed())
    }

    /// An index that does not lead to its rows would have a record decided again.
    @Test func anIndexWithoutARowIsNoticed() throws {
        let connection = try PlainConnection(self.path)
        let root = "(SELECT rootpage FROM sqlite_schema WHERE name = 'decided_by_offset')"
        // The index gets the content of the other one.
        let sql = """
            PRAGMA writable_schema = ON;
            UPDATE sqlite_schema SET rootpage = (
                SELECT rootpage FROM sqlite_schema WHERE name = 'decided_by_removal'
            ) WHERE name = 'decided_by_offset'
            """
        #expect(try connection.rows("SELECT \(root)")[0][0] != nil)
        #expect(connection.execute(sql) == 0, "\(connection.message)")
        #expect(try self.isNoticed())
    }

    /// Nor may it be changed by a program that keeps to the rules of the file.
    @Test func theTablesAreAppendOnly() throws {
        let connection = try PlainConnection(self.path)
        let tables = [
            "removals", "removal_entries", "tree_nodes", "checkpoints", "sources", "decided_records",
        ]
        for table in tables {
            #expect(connection.execute("DELETE FROM \(table)") == PlainConnection.triggerAborted)
            #expect(connection.execute("UPDATE \(table) SET rowid = 1") != 0 || table == "tree_nodes")
        }
        let row = "1, 0, 0, 0, '', NULL, 0, zeroblob(32), zeroblob(32)"
        #expect(connection.execute("INSERT INTO removals VALUES (90000, 9000\(row))") == PlainConnection.triggerAborted)
    }

    /// What was removed is not more than what the trail says, and not less.
    @Test func anOlderCopyOfTheFileIsNoticed() throws {
        let writer = try TrailWriter(self.folder)
        let old = try Data(contentsOf: URL(fileURLWithPath: self.path))
        try writer.removeSegments(1)
        writer.close()
        try old.write(to: URL(fileURLWithPath: self.path))
        #expect(try self.isNoticed())
    }

    /// Single bits: each is noticed, or nothing that a reader could get out of the file is changed.
    @Test func anyBit() throws {
        let truth = try self.content()
        let (noticed, seed) = try FlippedBits(path: self.path, attempts: 60).check(
            isNoticed: { !(try self.verify().problems.isEmpty) },
            unnoticed: { comment in
                let content = try self.content()
                #expect(content == truth, comment)
            }
        )
        #expect(noticed > 8, seed)
    }

    private func content() throws -> [String: [[String?]]] {
        let connection = try PlainConnection(self.path)
        var content: [String: [[String?]]] = [:]
        for (table, columns) in [
            ("trail", "id, 1"),
            ("removals", "first_index, last_index, removed_at, earliest, latest, reason, archive, hex(root)"),
            ("removal_entries", "*"), ("tree_nodes", "level, position, hex(hash)"), ("checkpoints", "*"),
            ("sources", "*"),
            ("decided_records", "id, first_index, source_id, first_offset, hex(digests)"),
        ] {
            content[table] = try connection.rows("SELECT \(columns) FROM \(table) ORDER BY 1, 2")
        }
        return content
    }
}
