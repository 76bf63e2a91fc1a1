/// The trail's tables, views and triggers, and how a file gets them.
///
/// The schema grows by named migrations that only go forward. A file is recognised by SQLite's `application_id`, its
/// age by `user_version`, so that both `file(1)` and an older program can tell what it is without reading a table.
enum TrailSchema {
    /// SQLite's `application_id` of a trail: "LVAT" in ASCII, for login-validator audit trail.
    static let applicationID: Int32 = 0x4C56_4154

    /// SQLite's `user_version` after the last migration this program knows; one more with each migration.
    static let version: Int32 = 3

    /// How many entries a row of `time_ranges` sums up.
    ///
    /// A query with a time range then looks at 1 row instead of 1024 entries to skip them, and an entry costs a
    /// thousandth of an insert, where an index over the time would cost a whole one.
    static let entriesPerTimeRange: Int64 = 1024

    /// The index over players is made of blocks of 2^this many entries, each in order by itself.
    ///
    /// Players come in random order. In one index over all entries, each would touch a page of its own, and the more of
    /// them the bigger the trail: measured 5 µs of an insert's 10 at 200 thousand entries, 11 of 17 at a million. In an
    /// index that has the block's number first, only the last block's few pages change, and an insert costs the same
    /// at every size. A query for a player looks into one block after the other: a few microseconds for each 16,384
    /// entries.
    static let playerBlockShift = 14

    /// The table of partitions that records came from, also of what is kept of removed entries.
    static let sourcesTable = """
        CREATE TABLE sources (
            id INTEGER PRIMARY KEY,
            cluster_id TEXT NOT NULL,
            topic TEXT NOT NULL,
            partition INTEGER NOT NULL,
            UNIQUE (cluster_id, topic, partition)
        ) STRICT;
        """

    /// Tables, in the order of creation.
    static let tables = """
        CREATE TABLE trail (
            id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 32),
            created_at INTEGER NOT NULL
        ) STRICT;

        \(Self.sourcesTable)

        CREATE TABLE entries (
            "index" INTEGER PRIMARY KEY,
            kind TEXT NOT NULL,
            recorded_at INTEGER NOT NULL,
            instance_id TEXT NOT NULL,
            source_id INTEGER REFERENCES sources (id),
            record_offset INTEGER,
            record_digest BLOB,
            event_id TEXT,
            occurred_at INTEGER,
            kg_app_id TEXT,
            player_id TEXT,
            session_id TEXT,
            platform TEXT,
            overridden_platform TEXT,
            token_fingerprint BLOB,
            decision TEXT,
            reason TEXT,
            http_status INTEGER,
            api_code INTEGER,
            message TEXT,
            player_status TEXT,
            lockout TEXT,
            attempts INTEGER,
            platform_latency_us INTEGER,
            trace_id TEXT,
            policy_version TEXT,
            details TEXT
        ) STRICT;

        CREATE UNIQUE INDEX entries_by_record ON entries (source_id, record_offset, record_digest)
            WHERE source_id IS NOT NULL;
        CREATE INDEX entries_by_player ON entries ("index" >> \(Self.playerBlockShift), player_id)
            WHERE player_id IS NOT NULL;

        CREATE TABLE deliveries (
            first_index INTEGER PRIMARY KEY,
            last_index INTEGER NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('committed', 'superseded')),
            marked_at INTEGER NOT NULL,
            CHECK (first_index <= last_index)
        ) STRICT;

        CREATE TABLE time_ranges (
            first_index INTEGER PRIMARY KEY,
            last_index INTEGER NOT NULL,
            earliest INTEGER NOT NULL,
            latest INTEGER NOT NULL
        ) STRICT;
        """

    /// What keeps every program that does not remove the triggers to the trail's rules.
    ///
    /// A row of `entries` has the number after the last one's, so neither a gap nor, by INSERT OR REPLACE, another row
    /// under an old number is possible. Ranges of deliveries never overlap, which makes the newest one that begins at
    /// or before an entry the only candidate for it, and they never run ahead of the entries.
    static let insertGuards = """
        CREATE TRIGGER entries_are_numbered_without_a_gap BEFORE INSERT ON entries
            WHEN NEW."index" IS NOT (SELECT ifnull(max("index"), -1) + 1 FROM entries)
        BEGIN
            SELECT RAISE(ABORT, 'an entry''s index is one more than the last entry''s');
        END;

        CREATE TRIGGER deliveries_never_overlap BEFORE INSERT ON deliveries
            WHEN NEW.first_index <= (
                SELECT last_index FROM deliveries WHERE first_index <= NEW.last_index
                ORDER BY first_index DESC LIMIT 1
            )
        BEGIN
            SELECT RAISE(ABORT, 'an entry is delivered once');
        END;

        CREATE TRIGGER deliveries_are_of_entries BEFORE INSERT ON deliveries
            WHEN NEW.first_index < 0 OR NEW.last_index > (SELECT ifnull(max("index"), -1) FROM entries)
        BEGIN
            SELECT RAISE(ABORT, 'only an entry of the trail can be delivered');
        END;

        CREATE TRIGGER trail_is_one BEFORE INSERT ON trail
            WHEN (SELECT count(*) FROM trail) > 0
        BEGIN
            SELECT RAISE(ABORT, 'a file holds one trail');
        END;
        """

    /// The triggers that forbid changing and removing rows of `table`.
    static func appendOnlyGuards(of table: String) -> String {
        """
        CREATE TRIGGER \(table)_are_never_changed BEFORE UPDATE ON \(table)
        BEGIN
            SELECT RAISE(ABORT, 'the audit trail is append-only: no row of \(table) is ever changed');
        END;

        CREATE TRIGGER \(table)_are_never_removed BEFORE DELETE ON \(table)
        BEGIN
            SELECT RAISE(ABORT, 'the audit trail is append-only: no row of \(table) is ever removed');
        END;
        """
    }
}
