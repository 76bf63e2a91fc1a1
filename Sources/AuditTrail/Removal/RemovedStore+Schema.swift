import GRDB
import LoginContracts

extension RemovedStore {
    /// SQLite's `application_id` of what is kept of removed entries: "LVAR" in ASCII.
    static let applicationID: Int32 = 0x4C56_4152
    /// SQLite's `user_version` of one.
    static let version: Int32 = 1

    /// How many bytes are kept of a record's digest: enough that no other record of a topic that was made anew is taken
    /// for one that was decided.
    static let digestLength = 8
    /// A row of `decided_records` has at most so many, so that two rows fit into a page.
    static let maximumRun: Int64 = 250

    /// - `removals`: a row for each removed segment, without a gap from entry 0 on.
    /// - `removal_entries`: which entry of the trail says so.
    /// - `decided_records`: the first bytes of the digests of records with consecutive offsets.
    private static let tables = """
        CREATE TABLE trail (
            id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 32)
        ) STRICT;

        CREATE TABLE removals (
            first_index INTEGER PRIMARY KEY CHECK (first_index >= 0),
            last_index INTEGER NOT NULL,
            removed_at INTEGER NOT NULL,
            earliest INTEGER NOT NULL,
            latest INTEGER NOT NULL,
            reason TEXT NOT NULL,
            archive TEXT,
            entry_from INTEGER NOT NULL,
            root BLOB NOT NULL CHECK (length(root) = 32),
            digest BLOB NOT NULL CHECK (length(digest) = 32),
            CHECK (first_index <= last_index)
        ) STRICT;

        CREATE TABLE removal_entries (
            first_index INTEGER PRIMARY KEY REFERENCES removals (first_index),
            entry_index INTEGER NOT NULL UNIQUE
        ) STRICT;

        \(TrailSchema.nodesTable)

        \(TrailSchema.checkpointsTable)

        \(TrailSchema.sourcesTable)

        CREATE TABLE decided_records (
            id INTEGER PRIMARY KEY,
            first_index INTEGER NOT NULL,
            source_id INTEGER NOT NULL REFERENCES sources (id),
            first_offset INTEGER NOT NULL,
            digests BLOB NOT NULL CHECK (length(digests) % \(RemovedStore.digestLength) = 0)
        ) STRICT;
        CREATE INDEX decided_by_offset ON decided_records (source_id, first_offset);
        CREATE INDEX decided_by_removal ON decided_records (first_index);

        CREATE TRIGGER removals_follow_each_other BEFORE INSERT ON removals
            WHEN NEW.first_index IS NOT (SELECT ifnull(max(last_index) + 1, 0) FROM removals)
        BEGIN
            SELECT RAISE(ABORT, 'entries are removed from the old end only');
        END;
        """

    private static let appendOnly = [
        "trail", "removals", "removal_entries", "tree_nodes", "checkpoints", "sources", "decided_records",
    ]

    /// Makes the tables in an empty file.
    static func prepare(_ database: Database, trailID: String, path: String) throws {
        if try Self.isReady(database) { return }
        guard try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") == 0 else {
            throw Self.foreign(path)
        }
        try database.execute(sql: Self.tables)
        try database.execute(sql: "INSERT INTO trail (id) VALUES (?)", arguments: [trailID])
        for table in Self.appendOnly { try database.execute(sql: TrailSchema.appendOnlyGuards(of: table)) }
        try database.execute(sql: "PRAGMA application_id = \(Self.applicationID)")
        try database.execute(sql: "PRAGMA user_version = \(Self.version)")
    }

    static func isReady(_ database: Database) throws -> Bool {
        let application = try Int32.fetchOne(database, sql: "PRAGMA application_id")
        let version = try Int32.fetchOne(database, sql: "PRAGMA user_version")
        return application == Self.applicationID && version == Self.version
    }

    static func foreign(_ path: String) -> TrailError {
        TrailError(
            .notATrail,
            "\(path) is not what this version keeps of removed entries: put the trail's own file back, or run the newer program."
        )
    }
}
