import Logging
import LoginContracts

/// What the writer knows and holds, guarded by its lock.
///
/// The database is the truth; everything here can be read from it again, and is, whenever a connection is opened.
struct WriterState {
    let file: TrailFile
    let logger: Logger
    var options: WritingConnection.Options
    let trailID: String
    var nextIndex: Int64 = 0
    /// `nil` after an error that puts the connection in doubt, until the next call opens another.
    var connection: WritingConnection?
    /// Which file the connection writes.
    var identity: TrailFile.Identity?
    /// The ids of the rows of `sources`, filled as they are met. One for each partition the instance was ever assigned.
    var sources: [Source: Int64] = [:]
    /// The run of entries that has no row in `time_ranges` yet.
    var timeRange = TimeRange(firstIndex: 0)
    /// `nil` until somebody asks.
    var undelivered: UndeliveredRanges?
    /// The claim to be the only writer; `nil` once closed.
    var lock: WriterLock?

    /// A row of `sources`.
    struct Source: Hashable {
        var clusterID: String
        var partition: SourcePartition
    }

    init(path: String, logger: Logger, options: WritingConnection.Options) throws(TrailError) {
        self.file = try TrailFile(path: path)
        self.logger = logger
        self.options = options
        // Before anything is made or changed: nobody else does either from here on.
        self.lock = try WriterLock(databasePath: self.file.path)
        try self.file.createIfMissing()
        let applied = try TrailSchema.prepare(path: self.file.path)
        if !applied.isEmpty {
            logger.notice("The audit trail's schema is up to date", metadata: ["migrations": "\(applied)"])
        }
        let connection = try WritingConnection(path: self.file.path, options: options)
        self.trailID = try Self.readTrailID(connection)
        self.connection = connection
        self.identity = self.file.identity
        try self.readPosition(connection)
        logger.debug("The audit trail is open", metadata: ["trail": "\(self.trailID)", "next": "\(self.nextIndex)"])
    }

    /// The connection, opened again if an error has cost us the last one.
    ///
    /// - Throws: ``TrailError/Code/missing`` when the file was moved or deleted: SQLite would go on writing to a file
    ///   that nobody can find any more.
    mutating func usableConnection() throws(TrailError) -> WritingConnection {
        guard self.lock != nil else {
            throw TrailError(.closed, "The writer of the audit trail \(self.file.path) has been closed.")
        }
        guard let current = self.file.identity else {
            self.connection = nil
            throw TrailError(
                .missing,
                "The audit trail \(self.file.path) was moved or deleted while it was open: put it back."
            )
        }
        if let connection, current == self.identity { return connection }
        self.connection = nil
        let connection = try WritingConnection(path: self.file.path, options: self.options)
        guard try Self.readTrailID(connection) == self.trailID else {
            throw TrailError(
                .notATrail,
                "Another audit trail has taken the place of \(self.file.path): put the first one back, or restart."
            )
        }
        let expected = self.nextIndex
        try self.readPosition(connection)
        if self.nextIndex != expected {
            self.logger.warning(
                "The audit trail did not end where the writer left it",
                metadata: ["expected": "\(expected)", "next": "\(self.nextIndex)"]
            )
        }
        self.connection = connection
        self.identity = current
        return connection
    }

    mutating func close() {
        guard self.lock != nil else { return }
        self.connection?.checkpoint()
        self.connection?.close()
        self.connection = nil
        self.lock = nil
    }

    private static func readTrailID(_ connection: WritingConnection) throws(TrailError) -> String {
        let rows = try connection.rows("SELECT id FROM trail", whenTryingTo: "read") { $0.text(0) }
        guard let first = rows.first, let id = first else {
            throw TrailError(.notATrail, "\(connection.path) holds no audit trail: choose another path.")
        }
        return id
    }

    /// Finds where the trail ends, and forgets what was remembered of it.
    private mutating func readPosition(_ connection: WritingConnection) throws(TrailError) {
        self.nextIndex = try connection.integer("SELECT ifnull(max(\"index\"), -1) + 1 FROM entries") ?? 0
        self.sources = [:]
        self.undelivered = nil
        let first = try connection.integer("SELECT ifnull(max(last_index), -1) + 1 FROM time_ranges") ?? 0
        self.timeRange = TimeRange(firstIndex: first)
        let times = try connection.rows(
            "SELECT \"index\", recorded_at FROM entries WHERE \"index\" >= ? ORDER BY \"index\"",
            whenTryingTo: "read",
            binding: [first]
        ) { (index: $0.integer(0) ?? 0, recordedAt: $0.integer(1) ?? 0) }
        for time in times {
            // Rows are written with the entry that completes them, so what is left is less than one.
            _ = self.timeRange.add(index: time.index, recordedAt: Timestamp(time.recordedAt))
        }
    }
}
