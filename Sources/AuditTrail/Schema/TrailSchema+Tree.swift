import GRDB
import LoginContracts

/// The second migration: the entries become the leaves of a tree, and deliveries become entries.
extension TrailSchema {
    /// The table of a tree's stored nodes, also of the access log's.
    static let nodesTable = """
        CREATE TABLE tree_nodes (
            level INTEGER NOT NULL,
            position INTEGER NOT NULL,
            hash BLOB NOT NULL CHECK (length(hash) = 32),
            PRIMARY KEY (level, position)
        ) STRICT, WITHOUT ROWID;
        """

    /// The table of checkpoints, also of what is kept of removed entries.
    static let checkpointsTable = """
        CREATE TABLE checkpoints (
            size INTEGER PRIMARY KEY CHECK (size > 0),
            note TEXT NOT NULL,
            verifier_key TEXT NOT NULL,
            signed_at INTEGER NOT NULL
        ) STRICT;
        """

    private static let treeTables = """
        ALTER TABLE entries ADD COLUMN leaf_hash BLOB;
        ALTER TABLE deliveries ADD COLUMN entry_index INTEGER REFERENCES entries ("index");
        CREATE UNIQUE INDEX deliveries_by_entry ON deliveries (entry_index);

        \(Self.nodesTable)

        \(Self.checkpointsTable)
        """

    private static let treeGuards = """
        CREATE TRIGGER entries_are_hashed BEFORE INSERT ON entries
            WHEN NEW.leaf_hash IS NULL OR length(NEW.leaf_hash) <> 32
        BEGIN
            SELECT RAISE(ABORT, 'an entry has a leaf hash of 32 bytes');
        END;

        CREATE TRIGGER deliveries_are_entries BEFORE INSERT ON deliveries
            WHEN NOT EXISTS (
                SELECT 1 FROM entries WHERE "index" = NEW.entry_index AND kind = '\(EntryColumn.deliveryKind)'
            )
        BEGIN
            SELECT RAISE(ABORT, 'a delivery is an entry of the trail too');
        END;

        CREATE TRIGGER checkpoints_grow BEFORE INSERT ON checkpoints
            WHEN NEW.size <= (SELECT ifnull(max(size), 0) FROM checkpoints)
        BEGIN
            SELECT RAISE(ABORT, 'a checkpoint covers more entries than the one before');
        END;
        """

    /// Adds a node of the tree, which ``TreeNode/isStored``: its level, position and hash.
    static let insertNode = "INSERT INTO tree_nodes (level, position, hash) VALUES (?, ?, ?)"

    static func growTree(in database: Database) throws {
        // The rules that come back at the end: this is the one time that rows get a value they did not have.
        let suspended = ["entries", "deliveries"]
        for table in suspended {
            try database.execute(
                sql: "DROP TRIGGER \(table)_are_never_changed; DROP TRIGGER \(table)_are_never_removed"
            )
        }
        try database.execute(sql: Self.treeTables)
        var growth = TreeGrowth(database)
        try growth.hashEntries()
        try growth.appendDeliveries()
        try growth.sumUpTimes()
        try database.execute(sql: Self.treeGuards)
        for table in suspended + ["tree_nodes", "checkpoints"] {
            try database.execute(sql: Self.appendOnlyGuards(of: table))
        }
        try database.execute(sql: "DROP VIEW service_log")
        try database.execute(sql: Self.serviceLog(without: [EntryColumn.validationKind, EntryColumn.deliveryKind]))
    }
}

/// Makes the tree of a trail that was written before there was one.
private struct TreeGrowth {
    let database: Database
    var frontier = MerkleFrontier()
    var encoder = LeafEncoder()

    init(_ database: Database) {
        self.database = database
    }

    mutating func hashEntries() throws {
        let rows = try self.database.makeStatement(sql: "\(EntryColumn.selection) ORDER BY e.\"index\"")
        let row = StatementHandle(pointer: rows.sqliteStatement)
        defer { row.reset() }
        let update = try self.database.makeStatement(sql: "UPDATE entries SET leaf_hash = ? WHERE \"index\" = ?")
        let change = StatementHandle(pointer: update.sqliteStatement)
        while try row.step() {
            try self.encoder.encode(StoredRow(row), source: row.leafSource)
            let hash = self.encoder.hash
            change.bind(hash.bytes, at: 1)
            change.bind(self.frontier.count, at: 2)
            _ = try change.step()
            change.reset()
            try self.append(hash)
        }
    }

    mutating func appendDeliveries() throws {
        let marks = try self.database.rows(
            """
            SELECT d.first_index, d.last_index, d.state, d.marked_at, e.instance_id
            FROM deliveries AS d JOIN entries AS e ON e."index" = d.last_index
            ORDER BY d.first_index
            """
        ) { row in
            let (first, last) = (row.integer(0) ?? 0, row.integer(1) ?? 0)
            let delivery = EntryDelivery(
                indices: first...max(first, last),
                state: row.text(2).flatMap(EntryDelivery.State.init(rawValue:)) ?? .superseded,
                at: Timestamp(row.integer(3) ?? 0)
            )
            return (delivery: delivery, instanceID: row.text(4) ?? "")
        }
        let insert = try self.database.makeStatement(sql: EntryColumn.insert)
        let entry = StatementHandle(pointer: insert.sqliteStatement)
        for (delivery, instanceID) in marks {
            let index = self.frontier.count
            let content = EntryRow(index: index, .delivery(delivery, instanceID: instanceID))
            try self.encoder.encode(content, source: nil)
            entry.bind(content, leafHash: self.encoder.hash)
            _ = try entry.step()
            entry.reset()
            try self.append(self.encoder.hash)
            try self.database.execute(
                sql: "UPDATE deliveries SET entry_index = ? WHERE first_index = ?",
                arguments: [index, delivery.indices.lowerBound]
            )
        }
    }

    /// Writes the rows of `time_ranges` that the new entries complete.
    func sumUpTimes() throws {
        let run = TrailSchema.entriesPerTimeRange
        var first =
            try Int64.fetchOne(self.database, sql: "SELECT ifnull(max(last_index), -1) + 1 FROM time_ranges") ?? 0
        while first + run <= self.frontier.count {
            try self.database.execute(
                sql: """
                    INSERT INTO time_ranges (first_index, last_index, earliest, latest)
                    SELECT min("index"), max("index"), min(recorded_at), max(recorded_at) FROM entries
                    WHERE "index" BETWEEN ? AND ?
                    """,
                arguments: [first, first + run - 1]
            )
            first += run
        }
    }

    private mutating func append(_ hash: MerkleHash) throws {
        let database = self.database
        try self.frontier.append(hash) { node, hash in
            guard node.isStored else { return }
            let insert = try database.makeStatement(sql: TrailSchema.insertNode)
            let row = StatementHandle(pointer: insert.sqliteStatement)
            row.bind(node, hash)
            _ = try row.step()
            row.reset()
        }
    }
}
