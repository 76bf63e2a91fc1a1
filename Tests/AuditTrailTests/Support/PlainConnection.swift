import CSQLite
import Testing

/// A connection as any other program would open one, with no protection but what is in the file.
final class PlainConnection {
    private var database: OpaquePointer?

    /// `SQLITE_CONSTRAINT_TRIGGER`, a macro that Swift cannot import: a trigger raised ABORT.
    static let triggerAborted = SQLITE_CONSTRAINT | 7 << 8

    init(_ path: String) throws {
        try #require(sqlite3_open(path, &self.database) == SQLITE_OK)
        try #require(sqlite3_extended_result_codes(self.database, 1) == SQLITE_OK)
    }

    deinit {
        sqlite3_close(self.database)
    }

    /// The extended result code, 0 when all went well.
    func execute(_ sql: String) -> CInt {
        sqlite3_exec(self.database, sql, nil, nil, nil)
    }

    /// SQLite's message about the last call.
    var message: String { String(cString: sqlite3_errmsg(self.database)) }

    /// Each row as its columns' texts, NULL as `nil`.
    func rows(_ sql: String) throws -> [[String?]] {
        var statement: OpaquePointer?
        try #require(sqlite3_prepare_v2(self.database, sql, -1, &statement, nil) == SQLITE_OK, "\(self.message)")
        defer { sqlite3_finalize(statement) }
        var rows: [[String?]] = []
        while sqlite3_step(statement) == SQLITE_ROW {
            rows.append(
                (0..<sqlite3_column_count(statement)).map { column in
                    sqlite3_column_text(statement, column).map { String(cString: $0) }
                }
            )
        }
        return rows
    }
}
