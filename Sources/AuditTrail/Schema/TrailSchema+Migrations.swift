import GRDB
import LoginContracts

extension TrailSchema {
    /// The name of the first migration.
    static let firstMigration = "1: entries, deliveries, sources"
    /// The name of the second migration.
    static let secondMigration = "2: tree, checkpoints"
    /// The name of the third migration.
    static let thirdMigration = "3: segments"

    /// Every migration, oldest first. A migration that has been released is never edited: add another, and raise
    /// ``version``.
    static func migrator(trailID: String, createdAt: Timestamp) -> DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration(Self.firstMigration) { database in
            try database.execute(sql: Self.tables)
            try database.execute(
                sql: "INSERT INTO trail (id, created_at) VALUES (?, ?)",
                arguments: [trailID, createdAt.millisecondsSince1970]
            )
            try database.execute(sql: Self.insertGuards)
            for table in ["trail", "sources", "entries", "deliveries", "time_ranges", "grdb_migrations"] {
                try database.execute(sql: Self.appendOnlyGuards(of: table))
            }
            try database.execute(sql: Self.views)
            try database.execute(sql: Self.serviceLog(without: ["validation"]))
            // Both live in the file's header, and change with the rest of this transaction or not at all.
            try database.execute(sql: "PRAGMA application_id = \(Self.applicationID)")
            try database.execute(sql: "PRAGMA user_version = 1")
        }
        migrator.registerMigration(Self.secondMigration) { database in
            try Self.growTree(in: database)
            try database.execute(sql: "PRAGMA user_version = 2")
        }
        migrator.registerMigration(Self.thirdMigration) { database in
            try Self.allowSegments(in: database)
            try database.execute(sql: "PRAGMA user_version = 3")
        }
        return migrator
    }

    /// A new trail's identifier: 128 random bits as 32 hexadecimal digits.
    static func makeTrailID() -> String {
        [UInt8].random(count: 16).hexadecimal
    }
}
