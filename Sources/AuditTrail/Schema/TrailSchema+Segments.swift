import GRDB
import LoginContracts

/// The third migration: a file may hold the later part of a trail, whose earlier ones are in files of their own.
extension TrailSchema {
    /// The first version whose files may be sealed. A sealed file is never migrated, so readers understand every version
    /// from this one on.
    static let firstSealableVersion: Int32 = 3

    /// - `base`: has a row when entries precede this file's: the number of its first.
    /// - `base_nodes`: the right edge of the tree of those entries, so that this file alone goes on with it.
    /// - `base_offsets`: the highest offset that they have of each source.
    private static let baseTables = """
        CREATE TABLE base (
            first_index INTEGER PRIMARY KEY CHECK (first_index > 0)
        ) STRICT;

        CREATE TABLE base_nodes (
            level INTEGER NOT NULL,
            position INTEGER NOT NULL,
            hash BLOB NOT NULL CHECK (length(hash) = 32),
            PRIMARY KEY (level, position)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE base_offsets (
            source_id INTEGER PRIMARY KEY REFERENCES sources (id),
            last_offset INTEGER NOT NULL
        ) STRICT;
        """

    private static let baseGuards = """
        DROP TRIGGER entries_are_numbered_without_a_gap;
        CREATE TRIGGER entries_are_numbered_without_a_gap BEFORE INSERT ON entries
            WHEN NEW."index" IS NOT coalesce(
                (SELECT max("index") + 1 FROM entries), (SELECT first_index FROM base), 0
            )
        BEGIN
            SELECT RAISE(ABORT, 'an entry''s index is one more than the last entry''s');
        END;

        DROP TRIGGER deliveries_are_of_entries;
        CREATE TRIGGER deliveries_are_of_entries BEFORE INSERT ON deliveries
            WHEN NEW.first_index < ifnull((SELECT first_index FROM base), 0)
                OR NEW.last_index > (SELECT ifnull(max("index"), -1) FROM entries)
        BEGIN
            SELECT RAISE(ABORT, 'only an entry of this file can be delivered');
        END;

        CREATE TRIGGER base_is_one BEFORE INSERT ON base
            WHEN EXISTS (SELECT 1 FROM base) OR EXISTS (SELECT 1 FROM entries)
        BEGIN
            SELECT RAISE(ABORT, 'a file begins where it was told to begin');
        END;
        """

    static func allowSegments(in database: Database) throws {
        try database.execute(sql: Self.baseTables)
        try database.execute(sql: Self.baseGuards)
        for table in ["base", "base_nodes", "base_offsets"] {
            try database.execute(sql: Self.appendOnlyGuards(of: table))
        }
    }

    /// The number that the next entry of the file gets.
    static let nextIndex = """
        SELECT coalesce((SELECT max("index") + 1 FROM entries), (SELECT first_index FROM base), 0)
        """
}
