import GRDB

extension AccessLog {
    /// SQLite's `application_id` of an access log: "LVAL" in ASCII.
    static let applicationID: Int32 = 0x4C56_414C
    /// SQLite's `user_version` of one.
    static let version: Int32 = 1

    private static let tables = """
        CREATE TABLE accesses (
            "index" INTEGER PRIMARY KEY,
            document TEXT NOT NULL,
            leaf_hash BLOB NOT NULL CHECK (length(leaf_hash) = 32)
        ) STRICT;

        \(TrailSchema.nodesTable)

        CREATE TRIGGER accesses_are_numbered_without_a_gap BEFORE INSERT ON accesses
            WHEN NEW."index" IS NOT (SELECT ifnull(max("index"), -1) + 1 FROM accesses)
        BEGIN
            SELECT RAISE(ABORT, 'an access has the number after the last one''s');
        END;

        CREATE VIEW access_log AS
        SELECT "index",
            document ->> 'at' AS at,
            document ->> 'who' AS who,
            document ->> 'action' AS action,
            document ->> 'entries' AS entries,
            document ->> 'purpose' AS purpose,
            document -> 'question' AS question,
            document ->> 'trail' AS trail
        FROM accesses;
        """

    /// Makes the tables in an empty file, or makes sure that they are there.
    func prepare(isReadOnly: Bool) throws {
        if try self.queue.read(Self.isReady) { return }
        guard !isReadOnly else { throw Self.foreign(self.path) }
        try self.queue.writeWithoutTransaction { database in
            try database.inTransaction(.immediate) {
                // Another program may have been faster.
                if try Self.isReady(database) { return .commit }
                guard try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") == 0 else {
                    throw Self.foreign(self.path)
                }
                try database.execute(sql: Self.tables)
                for table in ["accesses", "tree_nodes"] {
                    try database.execute(sql: TrailSchema.appendOnlyGuards(of: table))
                }
                try database.execute(sql: "PRAGMA application_id = \(Self.applicationID)")
                try database.execute(sql: "PRAGMA user_version = \(Self.version)")
                return .commit
            }
        }
    }

    private static func isReady(_ database: Database) throws -> Bool {
        let application = try Int32.fetchOne(database, sql: "PRAGMA application_id")
        let version = try Int32.fetchOne(database, sql: "PRAGMA user_version")
        return application == Self.applicationID && version == Self.version
    }

    private static func foreign(_ path: String) -> TrailError {
        TrailError(.notATrail, "\(path) is no access log of this version: choose another path with AUDIT_ACCESS_LOG.")
    }
}
