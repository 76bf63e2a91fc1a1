import CSQLite
import LoginContracts
import Testing

@testable import AuditTrail

/// Nothing in a trail is changed or removed, by us or by an honest mistake of others.
struct AppendOnlyTests {
    let folder: TemporaryFolder
    let writer: TrailWriter

    init() throws {
        self.folder = try TemporaryFolder()
        self.writer = try TrailWriter(self.folder)
        _ = try self.writer.append(ValidationEntry.samples(0..<3), deliveries: [.committed(0...1)])
    }

    /// What the service's own connection must not do, whoever makes it try.
    static let forbidden = [
        "UPDATE entries SET decision = 'pass'",
        "UPDATE deliveries SET state = 'superseded'",
        "UPDATE sqlite_schema SET sql = ''",
        "DELETE FROM entries",
        "DELETE FROM deliveries WHERE first_index = 0",
        "INSERT OR REPLACE INTO entries SELECT * FROM entries WHERE \"index\" = 1",
        // The right number, but the record of entry 1: only recursive triggers keep REPLACE from removing that one.
        """
        INSERT OR REPLACE INTO entries
            ("index", kind, recorded_at, instance_id, source_id, record_offset, record_digest, leaf_hash)
        SELECT 4, kind, recorded_at, instance_id, source_id, record_offset, record_digest, leaf_hash
        FROM entries WHERE "index" = 1
        """,
        "REPLACE INTO sources SELECT * FROM sources",
        "REPLACE INTO deliveries SELECT * FROM deliveries",
        "INSERT INTO entries SELECT * FROM entries WHERE 1 ON CONFLICT DO UPDATE SET decision = 'pass'",
        "INSERT INTO trail VALUES (hex(randomblob(16)), 0)",
        "INSERT INTO grdb_migrations VALUES ('x')",
        "DROP TABLE entries",
        "DROP TRIGGER entries_are_never_changed",
        "DROP INDEX entries_by_record",
        "DROP VIEW decisions",
        "ALTER TABLE entries ADD COLUMN more TEXT",
        "ALTER TABLE entries RENAME TO old",
        "ATTACH DATABASE ':memory:' AS other",
        "DETACH DATABASE main",
        "CREATE TABLE more (x)",
        "CREATE TEMP TABLE more (x)",
        "CREATE TRIGGER swallow BEFORE INSERT ON entries BEGIN SELECT RAISE(IGNORE); END",
        "CREATE TEMP TRIGGER swallow BEFORE INSERT ON main.entries BEGIN SELECT RAISE(IGNORE); END",
        "CREATE VIRTUAL TABLE search USING fts5 (x)",
        "PRAGMA recursive_triggers = OFF",
        "PRAGMA writable_schema = ON",
        "PRAGMA synchronous = OFF",
        "PRAGMA journal_mode = DELETE",
        "PRAGMA user_version = 9",
        "PRAGMA foreign_keys",
        "REINDEX",
        "ANALYZE",
        "VACUUM",
        "VACUUM INTO '/tmp/never-written'",
        "SAVEPOINT mine",
        "SELECT load_extension('x')",
    ]

    @Test(arguments: Self.forbidden)
    func theWritingConnectionOnlyAppends(sql: String) throws {
        let before = try self.dump()
        #expect(throws: TrailError.self) { try self.writer.execute(sql) }
        #expect(try self.dump() == before)
        // And it goes on working.
        #expect(try self.writer.append([.sample(3)]) == 4..<5)
    }

    @Test func theWritingConnectionReads() throws {
        try self.writer.execute("SELECT count(*), max(recorded_at) FROM entries; SELECT * FROM decisions")
    }

    /// Any other program meets the triggers.
    @Test(
        arguments: [
            "trail", "sources", "entries", "deliveries", "time_ranges", "tree_nodes", "checkpoints", "grdb_migrations",
        ]
    )
    func theFileItselfForbidsChangeAndRemoval(table: String) throws {
        _ = try self.writer.append(ValidationEntry.samples(10..<2100))
        _ = try self.writer.checkpoint(signedBy: .sample(), at: Timestamp(0))
        let connection = try PlainConnection(self.folder.database)
        let column = try #require(
            try connection.rows("SELECT name FROM pragma_table_info('\(table)')").first?.first ?? nil
        )
        #expect(
            connection.execute("UPDATE \(table) SET \"\(column)\" = \"\(column)\"") == PlainConnection.triggerAborted
        )
        #expect(connection.message.contains("append-only"))
        #expect(connection.execute("DELETE FROM \(table)") == PlainConnection.triggerAborted)
        #expect(connection.message.contains("append-only"))
        #expect(connection.execute("PRAGMA recursive_triggers = ON") == SQLITE_OK)
        #expect(connection.execute("REPLACE INTO \(table) SELECT * FROM \(table)") == PlainConnection.triggerAborted)
    }

    @Test(arguments: [1, 3, 5, 6, -1])
    func theFileItselfForbidsGaps(index: Int) throws {
        let connection = try PlainConnection(self.folder.database)
        // REPLACE, and without recursive triggers: the worst case.
        let sql = """
            INSERT OR REPLACE INTO entries ("index", kind, recorded_at, instance_id, leaf_hash)
            VALUES (\(index), 'started', 0, 'x', zeroblob(32))
            """
        #expect(connection.execute(sql) == PlainConnection.triggerAborted)
        #expect(connection.message.contains("one more"))
        #expect(
            connection.execute("INSERT INTO trail VALUES (hex(randomblob(16)), 0)") == PlainConnection.triggerAborted
        )
    }

    @Test(
        arguments: [
            "DROP TRIGGER entries_are_never_changed",
            "CREATE TRIGGER swallow BEFORE INSERT ON entries BEGIN SELECT RAISE(IGNORE); END",
            "CREATE TABLE more (x)",
            "DROP INDEX entries_by_record",
            "DROP VIEW kicks; CREATE VIEW kicks AS SELECT 1",
        ]
    )
    func aChangedSchemaIsNoticedAtTheNextStart(sql: String) throws {
        self.writer.close()
        #expect(try PlainConnection(self.folder.database).execute(sql) == SQLITE_OK)
        let error = #expect(throws: TrailError.self) { _ = try TrailWriter(self.folder) }
        #expect(error?.code == .corrupt)
    }

    @Test func anAuditorsOwnViewsAndIndexesAreFine() throws {
        self.writer.close()
        let sql = "CREATE VIEW mine AS SELECT 1; CREATE INDEX by_time ON entries (recorded_at); ANALYZE"
        #expect(try PlainConnection(self.folder.database).execute(sql) == SQLITE_OK)
        #expect(try TrailWriter(self.folder).nextIndex == 4)
    }

    private func dump() throws -> [[String?]] {
        let connection = try PlainConnection(self.folder.database)
        return try connection.rows("SELECT type, name, sql FROM sqlite_schema ORDER BY name")
            + connection.rows("SELECT \"index\", decision FROM entries")
            + connection.rows("SELECT * FROM deliveries")
            + connection.rows("SELECT * FROM trail")
    }
}
