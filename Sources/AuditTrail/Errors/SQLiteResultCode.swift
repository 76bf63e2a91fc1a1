/// SQLite's result codes by name (<https://www.sqlite.org/rescode.html>).
///
/// SQLite itself has messages for its codes but no names, and the names are what its documentation, other people's
/// reports and an operator's search are about.
enum SQLiteResultCode {
    /// A UNIQUE constraint or index was violated.
    static let constraintUnique = Self.extended(19, 8)
    /// The WAL's index could not be made as long as it has to be.
    static let sharedMemorySize = Self.extended(10, 19)
    /// The file was moved or removed while it was open.
    static let readOnlyMoved = Self.extended(8, 4)

    /// The name of an extended code, else of the primary code it belongs to, else the number.
    static func name(of resultCode: Int32) -> String {
        Self.names[resultCode] ?? Self.names[resultCode & 0xFF] ?? "SQLITE_\(resultCode)"
    }

    private static func extended(_ primary: Int32, _ detail: Int32) -> Int32 { primary | detail << 8 }

    private static let names: [Int32: String] = {
        var names = Dictionary(
            uniqueKeysWithValues: Self.primaryNames.map { ($0.value, "SQLITE_\($0.key)") }
        )
        for (primary, details) in Self.detailNames {
            guard let value = Self.primaryNames[primary] else { continue }
            for (number, detail) in zip(Int32(1)..., details) where !detail.isEmpty {
                names[Self.extended(value, number)] = "SQLITE_\(primary)_\(detail)"
            }
        }
        return names
    }()

    private static let primaryNames: [String: Int32] = [
        "ERROR": 1, "INTERNAL": 2, "PERM": 3, "ABORT": 4, "BUSY": 5, "LOCKED": 6, "NOMEM": 7, "READONLY": 8,
        "INTERRUPT": 9, "IOERR": 10, "CORRUPT": 11, "NOTFOUND": 12, "FULL": 13, "CANTOPEN": 14, "PROTOCOL": 15,
        "EMPTY": 16, "SCHEMA": 17, "TOOBIG": 18, "CONSTRAINT": 19, "MISMATCH": 20, "MISUSE": 21, "NOLFS": 22,
        "AUTH": 23, "FORMAT": 24, "RANGE": 25, "NOTADB": 26,
    ]

    /// The details of a primary code in the order of their numbers, from 1.
    private static let detailNames: [String: [String]] = [
        "ERROR": ["MISSING_COLLSEQ", "RETRY", "SNAPSHOT"],
        "IOERR": [
            "READ", "SHORT_READ", "WRITE", "FSYNC", "DIR_FSYNC", "TRUNCATE", "FSTAT", "UNLOCK", "RDLOCK", "DELETE",
            "BLOCKED", "NOMEM", "ACCESS", "CHECKRESERVEDLOCK", "LOCK", "CLOSE", "DIR_CLOSE", "SHMOPEN", "SHMSIZE",
            "SHMLOCK", "SHMMAP", "SEEK", "DELETE_NOENT", "MMAP", "GETTEMPPATH", "CONVPATH", "VNODE", "AUTH",
            "BEGIN_ATOMIC", "COMMIT_ATOMIC", "ROLLBACK_ATOMIC", "DATA", "CORRUPTFS",
        ],
        "CANTOPEN": ["NOTEMPDIR", "ISDIR", "FULLPATH", "CONVPATH", "DIRTYWAL", "SYMLINK"],
        "CORRUPT": ["VTAB", "SEQUENCE", "INDEX"],
        "READONLY": ["RECOVERY", "CANTLOCK", "ROLLBACK", "DBMOVED", "CANTINIT", "DIRECTORY"],
        "ABORT": ["", "ROLLBACK"],
        "CONSTRAINT": [
            "CHECK", "COMMITHOOK", "FOREIGNKEY", "FUNCTION", "NOTNULL", "PRIMARYKEY", "TRIGGER", "UNIQUE", "VTAB",
            "ROWID", "PINNED", "DATATYPE",
        ],
        "BUSY": ["RECOVERY", "SNAPSHOT", "TIMEOUT"],
        "LOCKED": ["SHAREDCACHE", "VTAB"],
        "AUTH": ["USER"],
    ]
}
