import Logging
import LoginContracts

/// How the writer gets its connection, and what it makes sure of before it trusts one.
extension WriterState {
    /// The connection, opened again if an error or somebody's hand has cost us the last one.
    ///
    /// - Throws: ``TrailError/Code/missing`` while the file is not where it was: SQLite would go on writing to a file that
    ///   nobody can find any more.
    mutating func usableConnection() throws(TrailError) -> WritingConnection {
        guard let lock else {
            throw TrailError(.closed, "The writer of the audit trail \(self.file.path) has been closed.")
        }
        let current = TrailPlace(self.file)
        guard let database = current.database else { throw self.missing() }
        // Locking again makes a new lock file; in a folder that is gone there is none to make.
        if !lock.isInPlace {
            self.lock = try WriterLock(databasePath: self.file.path)
            // Another instance may have come and gone meanwhile.
            self.isEndKnown = false
            self.logger.warning("The audit trail's lock file was gone, and is made again")
        }
        if let connection, connection.isSound, self.isEndKnown, current == self.place { return connection }
        if database == self.place.database { self.release() }
        return try self.reopen()
    }

    /// Makes sure that what was just committed is in files that others can find.
    func requireInPlace() throws(TrailError) {
        guard TrailPlace(self.file) == self.place else { throw self.missing() }
    }

    /// Lets go of the connection to a file that is opened again at once.
    ///
    /// When only the WAL was taken away, copying it into the database through the open connection saves every entry in
    /// it. One that has failed copies what it has acknowledged when it closes, and loses what it has not; if that fails
    /// as well, the WAL stays as it is.
    mutating func release() {
        if let connection, connection.isSound { connection.checkpoint() }
        self.connection?.close()
        self.connection = nil
    }

    /// Opens whatever is at the path, and takes it only if it is our trail with every entry that was acknowledged.
    ///
    /// Until then nothing is written to it, so that a wrong file, put there by mistake, stays as it was. Then its WAL is
    /// copied and begun anew, because after an error of the disk what can be read need not be on the disk.
    private mutating func reopen() throws(TrailError) -> WritingConnection {
        let connection = try WritingConnection(path: self.file.path, options: self.options)
        guard try Self.readTrailID(connection) == self.trailID else {
            throw TrailError(
                .notATrail,
                "Another audit trail has taken the place of \(self.file.path): put the first one back, or restart."
            )
        }
        guard try self.end.isContinued(by: connection) else {
            throw TrailError(
                .corrupt,
                """
                The audit trail \(self.file.path) lacks entries up to \(self.end.nextIndex - 1) that were recorded: an older \
                copy has taken its place, or its end is lost. Put the right file back; or keep this one for \
                examination, and start again with what it has.
                """
            )
        }
        try connection.settle()
        let end = try TrailEnd(connection)
        try self.readPosition(connection)
        try self.noteSurvivors(from: self.end.nextIndex, connection)
        self.logger.notice(
            "The audit trail was opened again",
            metadata: ["acknowledged": "\(self.end.nextIndex)", "next": "\(end.nextIndex)"]
        )
        self.connection?.close()
        self.connection = connection
        self.end = end
        // The WAL and its index exist by now: they were read.
        self.place = TrailPlace(self.file)
        self.isEndKnown = true
        self.pagesWorthWarning = Self.firstWarning(self.options)
        return connection
    }

    /// Remembers the service entries of an append that was reported as failed and is in the trail nevertheless.
    mutating func noteSurvivors(from index: Int64, _ connection: WritingConnection) throws(TrailError) {
        let rows = try connection.rows(
            "\(EntryColumn.selection) WHERE e.\"index\" >= ? AND e.kind NOT IN ('validation', 'delivery') LIMIT ?",
            whenTryingTo: "read",
            binding: [index, Int64(Self.maximumSurvivors)]
        ) { row in Result { () throws(TrailError) in try row.trailEntry(path: connection.path) } }
        if self.survivors.count + rows.count > Self.maximumSurvivors { self.survivors = [:] }
        for row in rows {
            if case .service(let index, let entry) = try row.get() { self.survivors[entry] = index }
        }
    }

    /// The file has no name any more.
    ///
    /// As long as the connection is open the file exists. The WAL is copied into it, so that it is whole, and the message
    /// says where it can be copied from.
    private func missing() -> TrailError {
        if self.place.database != nil, self.file.identity == self.place.database {
            return TrailError(
                .missing,
                """
                The WAL of the audit trail \(self.file.path) was moved or deleted while it was open: leave the files beside \
                a running service's trail alone. It is made again from what is open.
                """
            )
        }
        var message = "The audit trail \(self.file.path) was moved or deleted while it was open: put it back."
        if let connection, connection.isSound, connection.checkpoint(), let database = self.place.database,
            let descriptor = TrailFile.openDescriptor(of: database)
        {
            message += """
                 Until this process ends, nothing of it is lost: cp /proc/\(TrailFile.processID)/fd/\(descriptor) \
                \(self.file.path)
                """
        }
        return TrailError(.missing, message)
    }

    static func firstWarning(_ options: WritingConnection.Options) -> CInt {
        let (pages, overflows) = options.pagesPerCheckpoint.multipliedReportingOverflow(by: 8)
        return overflows ? .max : pages
    }

    /// Says that the WAL grows, which it does while a reader keeps an old snapshot.
    mutating func warnOfLongLog(_ connection: WritingConnection) {
        guard connection.pagesInLog >= self.pagesWorthWarning else { return }
        self.pagesWorthWarning = connection.pagesInLog > .max / 2 ? .max : connection.pagesInLog * 2
        self.logger.warning(
            "The audit trail's WAL grows, because another program keeps an old snapshot: close its transaction",
            metadata: ["pages": "\(connection.pagesInLog)"]
        )
    }
}
