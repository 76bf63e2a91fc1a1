import CSQLite

extension WritingConnection {
    /// Takes away everything the service never does with a trail, from this connection, for good.
    ///
    /// The triggers in the file keep other programs to the rules as far as a file can. This is about our own program: a
    /// statement that a mistake or an injection smuggles in can read and append, and nothing else.
    func lockDown() throws(TrailError) {
        let switches: [(option: Int32, on: CInt)] = [
            // No writing to the schema, to shadow tables or to raw pages; no journal mode OFF.
            (SQLITE_DBCONFIG_DEFENSIVE, 1),
            (SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0),
            (SQLITE_DBCONFIG_ENABLE_TRIGGER, 1),
            (SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0),
            (SQLITE_DBCONFIG_DQS_DDL, 0),
            (SQLITE_DBCONFIG_DQS_DML, 0),
        ]
        try self.withDatabase { database throws(TrailError) in
            for (option, on) in switches {
                let result = sqlite3_db_config_switch(database, option, on)
                guard result == SQLITE_OK else {
                    throw TrailError(
                        resultCode: result,
                        detail: "option \(option) is not supported",
                        whenTryingTo: "secure",
                        path: self.path
                    )
                }
            }
            sqlite3_limit(database, SQLITE_LIMIT_ATTACHED, 0)
            sqlite3_set_authorizer(
                database,
                { _, action, name, argument, _, _ in
                    WritingConnection.verdict(onAction: action, name: name, argument: argument)
                },
                nil
            )
        }
    }

    /// SQLite asks this while it compiles a statement, on the thread that prepares it.
    ///
    /// - Parameters:
    ///   - name: The table or PRAGMA, for the actions that have one.
    ///   - argument: What a PRAGMA is given.
    private static func verdict(
        onAction action: CInt,
        name: UnsafePointer<CChar>?,
        argument: UnsafePointer<CChar>?
    ) -> CInt {
        switch action {
        case SQLITE_SELECT, SQLITE_READ, SQLITE_TRANSACTION, SQLITE_RECURSIVE:
            return SQLITE_OK
        case SQLITE_FUNCTION:
            // Loading an extension is off already; every other function only computes.
            return SQLITE_OK
        case SQLITE_INSERT:
            guard let name else { return SQLITE_DENY }
            return Self.appendableTables.contains(String(cString: name)) ? SQLITE_OK : SQLITE_DENY
        case SQLITE_PRAGMA:
            // How large the database is, see ``size``; these two read only.
            guard let name, argument == nil else { return SQLITE_DENY }
            return ["page_count", "page_size"].contains(String(cString: name)) ? SQLITE_OK : SQLITE_DENY
        default:
            // UPDATE, DELETE, every CREATE, DROP and ALTER, ATTACH, DETACH, any other PRAGMA, REINDEX, ANALYZE, SAVEPOINT, and
            // whatever a later SQLite adds.
            return SQLITE_DENY
        }
    }

    private static let appendableTables: Set<String> = [
        "entries", "sources", "deliveries", "time_ranges", "tree_nodes", "checkpoints",
    ]
}
