import CSQLite
import LoginContracts

/// The one connection that writes a trail, locked down once it is open.
///
/// It talks to SQLite's C interface. GRDB needs the connection's authorizer for itself (it learns from it what a
/// statement reads and writes), and SQLite has only one; taking it over behind GRDB's back would leave both half
/// working. So GRDB migrates and reads on connections of its own, and this one prepares a handful of statements.
///
/// Not thread-safe: the trail's writer holds its lock around every call.
final class WritingConnection {
    let path: String
    private var database: OpaquePointer?
    private var statements: [String: OpaquePointer] = [:]
    /// False after an error of the disk, or about what is on it: the connection is of no more use, and what it reads need
    /// not be on the disk, see ``settle()``.
    private(set) var isSound = true
    /// Pages in the WAL after the last commit, copied or not.
    var pagesInLog: CInt = 0
    /// The result of the last copying of the WAL after a commit, if it failed.
    var checkpointFailure: CInt?
    let pagesPerCheckpoint: CInt
    /// What precedes the file's entries, once it was asked for.
    var knownBase: TrailBase?

    /// The settings that a measurement or a test may want otherwise.
    struct Options: Sendable {
        /// The WAL's length in pages of 4 KiB after which a commit copies it into the database file.
        ///
        /// Four times SQLite's default: pages of the indexes that several batches touch are copied once instead of each
        /// time. The WAL stays below about 16 MB unless a reader keeps an old snapshot.
        var pagesPerCheckpoint: CInt = 4000
        /// Memory for pages, in KiB: the last block of the player index and the ends of the other trees fit many times.
        var cacheKibibytes = 16_384
        /// SQLite's `max_page_count`, to run out of space without filling a disk; `nil` for SQLite's own.
        var maximumPageCount: Int?

        init() {}
    }

    /// Opens a sealed file, which nobody writes any more, for look-ups.
    init(sealed file: SegmentFile) throws(TrailError) {
        self.path = file.path
        self.pagesPerCheckpoint = 0
        let flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_URI
        let result = sqlite3_open_v2(file.immutableURI, &self.database, flags, nil)
        do throws(TrailError) {
            guard result == SQLITE_OK else { throw self.error(result, whenTryingTo: "open") }
            try self.execute("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA query_only = ON")
            try self.lockDown()
        } catch {
            self.close()
            throw error
        }
    }

    init(path: String, options: Options) throws(TrailError) {
        self.path = path
        self.pagesPerCheckpoint = options.pagesPerCheckpoint
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_PRIVATECACHE
        let result = sqlite3_open_v2(path, &self.database, flags, nil)
        guard result == SQLITE_OK else {
            let error = self.error(result, whenTryingTo: "open")
            self.close()
            throw error
        }
        do throws(TrailError) {
            try self.requireWritable()
            try self.configure(options)
            try self.lockDown()
            try self.checkpointsOnClose(false)
            self.checkpointAfterCommits()
        } catch {
            self.close()
            throw error
        }
    }

    deinit {
        self.close()
    }

    /// Whether a transaction is open.
    var isInTransaction: Bool {
        guard let database else { return false }
        return sqlite3_get_autocommit(database) == 0
    }

    /// The statement for `sql`, prepared once.
    ///
    /// - Parameter sql: One of a fixed set of statements of this module, so that the cache is bounded.
    func statement(_ sql: String) throws(TrailError) -> StatementHandle {
        if let pointer = self.statements[sql] { return StatementHandle(pointer: pointer) }
        var pointer: OpaquePointer?
        let result = sqlite3_prepare_v3(self.database, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &pointer, nil)
        guard result == SQLITE_OK, let pointer else { throw self.error(result, whenTryingTo: "prepare a statement on") }
        self.statements[sql] = pointer
        return StatementHandle(pointer: pointer)
    }

    /// Runs a statement that gives no rows.
    func run(_ sql: String, whenTryingTo action: String) throws(TrailError) {
        let statement = try self.statement(sql)
        defer { statement.reset() }
        do throws(StepFailure) {
            while try statement.step() {}
        } catch {
            throw self.error(error, whenTryingTo: action)
        }
    }

    /// Runs any SQL, uncached: for the configuration below, and for tests that try what must be refused.
    func execute(_ sql: String) throws(TrailError) {
        let result = sqlite3_exec(self.database, sql, nil, nil, nil)
        guard result == SQLITE_OK else { throw self.error(result, whenTryingTo: "configure") }
    }

    /// Releases the file. Idempotent.
    func close() {
        for statement in self.statements.values { sqlite3_finalize(statement) }
        self.statements = [:]
        sqlite3_close_v2(self.database)
        self.database = nil
    }

    func error(
        _ failure: StepFailure,
        whenTryingTo action: String,
        file: StaticString = #fileID,
        line: UInt = #line
    ) -> TrailError {
        self.noted(
            TrailError(
                resultCode: failure.resultCode,
                detail: failure.detail,
                whenTryingTo: action,
                path: self.path,
                file: file,
                line: line
            )
        )
    }

    func error(_ result: CInt, whenTryingTo action: String) -> TrailError {
        let detail = sqlite3_errmsg(self.database).map { String(cString: $0) } ?? "no further detail"
        // The error's location is the caller's message; the place in this file says nothing more.
        return self.noted(TrailError(resultCode: result, detail: detail, whenTryingTo: action, path: self.path))
    }

    /// Has the connection replaced before it is used again.
    func giveUp() {
        self.isSound = false
    }

    /// Draws the conclusion for ``isSound``.
    private func noted(_ error: TrailError) -> TrailError {
        switch error.code {
        case .full, .locked, .alreadyRecorded, .refused, .removed, .invalid, .closed, .missing:
            // Said before the commit point, and nothing about what the disk holds.
            break
        case .cannotOpen, .unwritable, .newerVersion, .notATrail, .corrupt, .io, .other:
            self.isSound = false
        }
        return error
    }

    /// Lends the connection for calls that have no wrapper here.
    func withDatabase<Result>(_ body: (OpaquePointer?) throws(TrailError) -> Result) throws(TrailError) -> Result {
        try body(self.database)
    }

    private func configure(_ options: Options) throws(TrailError) {
        sqlite3_busy_timeout(self.database, CInt(clamping: TrailSchema.maximumLockWait.milliseconds))
        try self.execute(
            """
            PRAGMA synchronous = FULL;
            PRAGMA foreign_keys = ON;
            PRAGMA recursive_triggers = ON;
            PRAGMA trusted_schema = OFF;
            PRAGMA cell_size_check = ON;
            PRAGMA temp_store = MEMORY;
            PRAGMA journal_size_limit = \(Int(options.pagesPerCheckpoint) * 4096 * 2);
            PRAGMA cache_size = -\(options.cacheKibibytes);
            """
        )
        if let maximum = options.maximumPageCount { try self.execute("PRAGMA max_page_count = \(maximum)") }
        // Nothing is ever deleted, so there is nothing to overwrite; some systems switch this on and pay for it in every
        // page split.
        try self.execute("PRAGMA secure_delete = OFF")
        // The WAL and its index stay when the last connection closes, so that an auditor who may only read the folder
        // can still open the trail while the service is down.
        var keep: CInt = 1
        sqlite3_file_control(self.database, nil, SQLITE_FCNTL_PERSIST_WAL, &keep)
    }
}
