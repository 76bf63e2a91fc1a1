import CSQLite
import LoginContracts

/// Copying the WAL into the database file, and what it is good for besides keeping the WAL short.
///
/// After a failed fsync Linux calls the pages clean that it could not write, and the next fsync reports success
/// (<https://wiki.postgresql.org/wiki/Fsync_Errors>). A transaction whose fsync failed can so be readable, be found by
/// SQLite's recovery, and not be on the disk; and what is appended behind it cannot be read after a power cut either,
/// because the checksums of a WAL's frames are a chain. ``settle()`` ends that: it writes the pages anew, into the
/// database file, whose fsync then counts for them, and starts the WAL afresh.
extension WritingConnection {
    /// Copies the WAL into the database and empties it: whatever is readable now is durable on return.
    ///
    /// From now on closing does the same. Until then it does not, because the database might be another than the one
    /// that was expected, and the WAL beside it none of its own.
    ///
    /// - Throws: ``TrailError/Code/locked`` while a reader keeps an old snapshot.
    func settle() throws(TrailError) {
        try self.withDatabase { database throws(TrailError) in
            let result = sqlite3_wal_checkpoint_v2(database, nil, SQLITE_CHECKPOINT_TRUNCATE, nil, nil)
            guard result == SQLITE_OK else { throw self.error(result, whenTryingTo: "copy the WAL into") }
        }
        self.pagesInLog = 0
        try self.checkpointsOnClose(true)
    }

    /// As ``settle()``, and waits for readers no longer than that.
    func settle(within wait: Duration) throws(TrailError) {
        try self.withDatabase { database throws(TrailError) in
            _ = sqlite3_busy_timeout(database, CInt(clamping: wait.milliseconds))
        }
        defer {
            try? self.withDatabase { database throws(TrailError) in
                _ = sqlite3_busy_timeout(database, CInt(clamping: TrailSchema.maximumLockWait.milliseconds))
            }
        }
        try self.settle()
    }

    /// Copies the WAL into the database and empties it, as far as readers allow.
    ///
    /// - Returns: Whether all of it was copied.
    @discardableResult
    func checkpoint() -> Bool {
        (try? self.settle()) != nil
    }

    /// What the last copying after a commit ran into, once; the connection is given up with it.
    func takeCheckpointError() -> TrailError? {
        guard let failure = self.checkpointFailure else { return nil }
        self.checkpointFailure = nil
        self.giveUp()
        return self.error(failure, whenTryingTo: "copy the WAL into")
    }

    /// Copies the WAL after each commit that leaves it longer than ``pagesPerCheckpoint``.
    ///
    /// What `PRAGMA wal_autocheckpoint` does, but that swallows errors: the WAL would grow while nobody hears that the
    /// database file cannot be written any more.
    func checkpointAfterCommits() {
        try? self.withDatabase { database throws(TrailError) in
            _ = sqlite3_wal_hook(
                database,
                { context, database, name, pages in
                    // On the committing thread, within its call of sqlite3_step; the connection outlives that.
                    guard let context else { return SQLITE_OK }
                    let connection = Unmanaged<WritingConnection>.fromOpaque(context).takeUnretainedValue()
                    connection.pagesInLog = pages
                    guard pages >= connection.pagesPerCheckpoint else { return SQLITE_OK }
                    let result = sqlite3_wal_checkpoint_v2(database, name, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
                    if result != SQLITE_OK, result & 0xFF != SQLITE_BUSY { connection.checkpointFailure = result }
                    return SQLITE_OK
                },
                Unmanaged.passUnretained(self).toOpaque()
            )
        }
    }

    /// Whether closing copies the WAL, which SQLite does for the last connection to a file.
    func checkpointsOnClose(_ isOn: Bool) throws(TrailError) {
        try self.withDatabase { database throws(TrailError) in
            let result = sqlite3_db_config_switch(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, isOn ? 0 : 1)
            guard result == SQLITE_OK else { throw self.error(result, whenTryingTo: "copy the WAL into") }
        }
    }

    /// SQLite opens a file for reading only when it may not be written, without a word.
    func requireWritable() throws(TrailError) {
        try self.withDatabase { database throws(TrailError) in
            guard sqlite3_db_readonly(database, nil) == 1 else { return }
            throw TrailError(
                resultCode: SQLITE_READONLY,
                detail: "the file can only be read",
                whenTryingTo: "write",
                path: self.path
            )
        }
    }
}
