import GRDB
import LoginContracts

extension TrailSchema {
    /// How long a statement waits for another program's lock.
    static let maximumLockWait: Duration = .seconds(2)

    /// What a database turns out to be.
    enum Condition: Hashable {
        case empty
        case trail(version: Int32)
    }

    /// Checks the file, and brings it to ``version``.
    ///
    /// Runs on a connection of its own, which is closed before the writing connection opens: SQLite before 3.51.3 can
    /// damage a WAL that two connections write at once. A crash at any point leaves either an empty database or a trail
    /// of an older version, and both are brought forward by the next start.
    ///
    /// - Returns: The names of the migrations that were applied now.
    static func prepare(path: String) throws(TrailError) -> [String] {
        do {
            var configuration = Configuration()
            configuration.label = "audit-trail-schema"
            configuration.busyMode = .timeout(Double(Self.maximumLockWait.milliseconds) / 1000)
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            defer { try? queue.close() }
            let condition = try queue.read { database in try Self.condition(of: database, path: path) }
            if condition == .empty {
                try queue.writeWithoutTransaction { database in try database.execute(sql: "PRAGMA journal_mode = WAL") }
            }
            let migrator = Self.migrator(trailID: Self.makeTrailID(), createdAt: .now)
            let known = try queue.read { database in
                guard try !migrator.hasBeenSuperseded(database) else { throw Self.newerVersion(path: path) }
                return try database.tableExists("grdb_migrations") ? migrator.appliedIdentifiers(database) : []
            }
            try migrator.migrate(queue)
            try queue.read { database in try Self.verifySchema(of: database, path: path) }
            return migrator.migrations.filter { !known.contains($0) }
        } catch {
            throw TrailError(error, whenTryingTo: "open", path: path)
        }
    }

    /// Tells a trail from everything else, by reading only.
    static func condition(of database: Database, path: String) throws -> Condition {
        let application = try Int32.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        let version = try Int32.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        if application == 0, version == 0, try Self.isEmpty(database) { return .empty }
        guard application == Self.applicationID else {
            throw TrailError(
                .notATrail,
                "\(path) is a database of another application, and no audit trail: choose another path."
            )
        }
        guard version <= Self.version else { throw Self.newerVersion(path: path) }
        return .trail(version: version)
    }

    /// Whether there is nothing in the database, or only what the first preparation makes before its first migration: GRDB
    /// commits its own table apart, and the power may fail just then.
    private static func isEmpty(_ database: Database) throws -> Bool {
        let others = try Int.fetchOne(
            database,
            sql: "SELECT count(*) FROM sqlite_schema WHERE tbl_name <> 'grdb_migrations'"
        )
        guard others == 0 else { return false }
        guard try database.tableExists("grdb_migrations") else { return true }
        return try Int.fetchOne(database, sql: "SELECT count(*) FROM grdb_migrations") == 0
    }

    static func newerVersion(path: String) -> TrailError {
        TrailError(
            .newerVersion,
            """
            The audit trail \(path) was written by a newer version of login-validator than this one, which knows its \
            schema up to version \(Self.version): run the newer program.
            """
        )
    }

    /// Compares the database's schema with the one that the migrations make in an empty database.
    ///
    /// A trigger that was dropped or replaced, or one that was added and swallows inserts, must not go unnoticed until
    /// somebody needs the trail. Views and plain indexes that an operator added do no harm.
    static func verifySchema(of database: Database, path: String) throws {
        let expected = try Self.reference.get()
        let actual = try Self.objects(of: database)
        for (object, sql) in expected where actual[object] != sql {
            throw TrailError(
                .corrupt,
                "The schema of the audit trail \(path) was changed: \(object.type) \(object.name) is \(actual[object] == nil ? "missing" : "another"). Keep the file for examination and restore a copy."
            )
        }
        for object in actual.keys where expected[object] == nil && ["table", "trigger"].contains(object.type) {
            throw TrailError(
                .corrupt,
                "The schema of the audit trail \(path) was changed: \(object.type) \(object.name) was added. Keep the file for examination and restore a copy."
            )
        }
    }

    /// What the migrations make in an empty database.
    private static let reference = Result {
        let database = try DatabaseQueue()
        try Self.migrator(trailID: Self.makeTrailID(), createdAt: .now).migrate(database)
        return try database.read { try Self.objects(of: $0) }
    }

    private struct SchemaObject: Hashable {
        var type: String
        var name: String
    }

    /// The SQL of every table, view, index and trigger that is not SQLite's own.
    private static func objects(of database: Database) throws -> [SchemaObject: String] {
        let rows = try database.rows(
            "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        ) { row in
            (SchemaObject(type: row.text(0) ?? "", name: row.text(1) ?? ""), row.text(2) ?? "")
        }
        return Dictionary(rows, uniquingKeysWith: { first, _ in first })
    }
}
