/// Why the audit trail could not be opened, read or written.
///
/// Decide by ``code`` and ``isTransient``, never by ``message``. No argument of a statement, and so nothing of an
/// entry, gets into a description.
package struct TrailError: Error, Hashable, Sendable, CustomStringConvertible {
    package var code: Code
    /// What failed, on which file, and what to do next.
    package var message: String
    /// SQLite's name of the extended result code behind the error, such as `SQLITE_IOERR_FSYNC`.
    package var sqliteCode: String?
    /// Where in this module the error was made, as `file:line`.
    package var location: String

    package enum Code: String, CaseIterable, Hashable, Sendable {
        /// There is no file at the path, or no longer the one that was opened.
        case missing
        /// The path cannot be a trail: a folder on the way is missing, it is a folder itself, or it cannot be read.
        case cannotOpen
        /// The file, its folder or its file system is read-only for us.
        case unwritable
        /// Another instance writes this trail, or another program holds SQLite's write lock on it.
        case locked
        /// A newer version of this program has written the trail.
        case newerVersion
        /// The file is something else: not SQLite's, another application's, or another trail than the one opened.
        case notATrail
        /// The file is damaged, or its schema is not the one this program made.
        case corrupt
        /// The disk, or the database's own page limit, is full.
        case full
        /// The operating system reported an input or output error.
        case io
        /// A record's identity is in the trail already: look it up and deliver the recorded decision.
        case alreadyRecorded
        /// The trail's rules forbid the write: it is append-only, contiguous, and delivers an entry once.
        case refused
        /// The entry, or what a proof needs of it, was removed by policy.
        case removed
        /// An argument is outside its documented range.
        case invalid
        /// The writer or reader has been closed.
        case closed
        /// SQLite ran out of memory or refused for a reason that has no code of its own here.
        case other
    }

    package init(
        _ code: Code,
        _ message: String,
        sqliteCode: String? = nil,
        file: StaticString = #fileID,
        line: UInt = #line
    ) {
        self.code = code
        self.message = message
        self.sqliteCode = sqliteCode
        self.location = "\(file):\(line)"
    }

    /// Whether the same call can succeed later although neither the program nor its configuration changes: space is
    /// freed, a lock is released, a file system comes back.
    package var isTransient: Bool {
        switch self.code {
        case .missing, .unwritable, .locked, .full, .io, .other: true
        case .cannotOpen, .newerVersion, .notATrail, .corrupt, .alreadyRecorded, .refused, .removed, .invalid, .closed:
            false
        }
    }

    package var description: String {
        guard let sqliteCode else { return self.message }
        return "\(self.message) (\(sqliteCode))"
    }
}
