import CSQLite
import GRDB

extension TrailError {
    /// What a file holds, for messages.
    enum Subject: String {
        case trail = "audit trail"
        case accessLog = "access log"
        case removedEntries = "record of removed entries"
    }

    /// Makes an error from an extended result code of SQLite.
    ///
    /// - Parameters:
    ///   - resultCode: The extended code.
    ///   - detail: SQLite's own message. It names tables, constraints and the texts of our triggers, never an argument.
    ///   - action: What was attempted, such as "append to".
    ///   - path: The database.
    ///   - subject: What the database is.
    init(
        resultCode: CInt,
        detail: String,
        whenTryingTo action: String,
        path: String,
        of subject: Subject = .trail,
        file: StaticString = #fileID,
        line: UInt = #line
    ) {
        let (code, advice) = Self.meaning(ofResultCode: resultCode, detail: detail)
        let reason = code == .refused || code == .other ? detail : String(cString: sqlite3_errstr(resultCode))
        self.init(
            code,
            "Cannot \(action) the \(subject.rawValue) \(path): \(reason). \(advice)",
            sqliteCode: SQLiteResultCode.name(of: resultCode),
            file: file,
            line: line
        )
    }

    /// Makes an error from whatever GRDB threw.
    init(
        _ error: any Error,
        whenTryingTo action: String,
        path: String,
        of subject: Subject = .trail,
        file: StaticString = #fileID,
        line: UInt = #line
    ) {
        switch error {
        case let error as TrailError:
            self = error
        case let failure as StepFailure:
            self.init(
                resultCode: failure.resultCode,
                detail: failure.detail,
                whenTryingTo: action,
                path: path,
                of: subject,
                file: file,
                line: line
            )
        case let error as DatabaseError:
            self.init(
                resultCode: error.extendedResultCode.rawValue,
                detail: error.message ?? "no further detail",
                whenTryingTo: action,
                path: path,
                of: subject,
                file: file,
                line: line
            )
        default:
            self.init(.other, "Cannot \(action) the \(subject.rawValue) \(path): \(error).", file: file, line: line)
        }
    }

    /// The code of ours that stands for one of SQLite's, and what to do about it.
    private static func meaning(ofResultCode resultCode: CInt, detail: String) -> (Code, advice: String) {
        switch resultCode {
        case SQLiteResultCode.constraintUnique:
            return (.alreadyRecorded, "The record has been decided before: look up its entry instead.")
        case SQLiteResultCode.sharedMemorySize:
            // The WAL's index, which is a file too, could not grow.
            return (.full, "Free space on its file system.")
        case SQLiteResultCode.readOnlyMoved:
            return (.missing, "The file was moved or deleted while it was open: put it back.")
        default:
            break
        }
        switch resultCode & 0xFF {
        case SQLITE_PERM, SQLITE_READONLY:
            return (.unwritable, "Check the owner, the permissions and the mount options of the file and its folder.")
        case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL:
            return (.locked, "Another program holds a lock on it: close that program's transaction.")
        case SQLITE_CANTOPEN:
            return (.cannotOpen, "Check that the file and its folder exist and can be read and written.")
        case SQLITE_FULL:
            return (.full, "Free space on its file system.")
        case SQLITE_IOERR:
            return (.io, "Check the disk and the kernel's log.")
        case SQLITE_CORRUPT:
            return (.corrupt, "Stop the service, keep the file for examination, and restore a copy.")
        case SQLITE_NOTADB:
            return (.notATrail, "The file is no SQLite database: choose another path.")
        case SQLITE_CONSTRAINT, SQLITE_AUTH, SQLITE_MISMATCH, SQLITE_TOOBIG:
            return (.refused, "It is append-only and checks what it is given.")
        default:
            return (.other, "Report this with the error's code.")
        }
    }
}
