package import Logging
package import LoginContracts
import Synchronization

/// Appends to one trail, as the only writer of its file.
///
/// Every call blocks on the disk: make them on a thread of your own. Calls from several threads are served one after
/// the other. After an error the writer stays usable: the next call begins afresh, reopening the file if it has to.
///
/// After an error of the disk that means: the connection is closed, the file opened again and held against what was
/// acknowledged, and its WAL copied into it and begun anew (see ``WritingConnection/settle()``). While any of that
/// fails, so does every call. So what ``append(_:deliveries:services:)`` has returned stays where it was, and what
/// ``recorded(_:)`` returns is durable.
///
/// A returned ``append(_:deliveries:services:)`` is durable: it survives the end of the process and of the machine's power, as
/// far as the disk keeps what it has confirmed (WAL with `synchronous=FULL`, <https://www.sqlite.org/wal.html>).
package final class TrailWriter: Sendable {
    let state: Mutex<WriterState>
    /// Held by whoever removes a segment, which mostly happens without holding up the others.
    let removals = Mutex(())

    /// The most entries, and the most deliveries, of one ``append(_:deliveries:services:)``.
    package static let maximumBatch = 100_000

    /// Opens the trail at `path`, making it if there is none, and bringing an older one to today's schema.
    ///
    /// Whatever was committed before a crash is there, whatever was not is gone; nothing needs repair.
    ///
    /// - Parameters:
    ///   - path: The database file. SQLite keeps `-wal` and `-shm` files beside it, and the writer a `.lock` file.
    ///   - instanceID: Who writes, for the entries that the writer makes by itself: the deliveries.
    ///   - segments: When the database is sealed, and another one goes on under its name; see <doc:TrailFormat>. Off
    ///     without limits.
    ///   - logger: Told about migrations, recoveries and sealed segments.
    /// - Throws: ``TrailError``; ``TrailError/Code/locked`` when another instance has the trail.
    package convenience init(
        path: String,
        instanceID: String = "unnamed",
        segments: SegmentPolicy = SegmentPolicy(),
        logger: Logger
    ) throws(TrailError) {
        try self.init(
            path: path,
            instanceID: instanceID,
            segments: segments,
            logger: logger,
            options: WritingConnection.Options()
        )
    }

    init(
        path: String,
        instanceID: String = "unnamed",
        segments: SegmentPolicy = SegmentPolicy(),
        logger: Logger,
        options: WritingConnection.Options
    ) throws(TrailError) {
        self.state = Mutex(
            try WriterState(
                path: path,
                instanceID: instanceID,
                segmentPolicy: segments,
                logger: logger,
                options: options
            )
        )
    }

    deinit {
        self.close()
    }

    /// The trail's name for itself: 128 random bits as 32 hexadecimal digits, made with the trail.
    package var trailID: String { self.state.withLock { $0.trailID } }

    /// The database file: absolute, every symbolic link resolved.
    package var path: String { self.state.withLock { $0.file.path } }

    /// The number that the next entry gets.
    package var nextIndex: Int64 { self.state.withLock { $0.nextIndex } }

    /// Appends entries and marks earlier ones as delivered, in one transaction: everything or nothing.
    ///
    /// Every delivery is an entry too. The decisions are numbered first, then the deliveries, then what happened to the
    /// service.
    ///
    /// An append may be repeated. One that was reported as failed may be in the trail after all, when the disk failed in
    /// the commit itself. Repeating it finds its entries, service entries and deliveries, and doubles none.
    ///
    /// - Parameters:
    ///   - entries: Decisions, at most ``maximumBatch``. Their records are new to the trail, or all of the entries are in
    ///     it already, as they are and one behind the other.
    ///   - deliveries: Marks of entries that no other mark covers, at most ``maximumBatch``. They may reach into the
    ///     entries of this call.
    ///   - services: What happened to the service meanwhile, at most ``maximumBatch``.
    /// - Returns: The decisions' numbers in their order; empty at ``nextIndex`` when there are none.
    /// - Throws: ``TrailError``, after which nothing of this call is in the trail, or all of it: the latter only if the
    ///   disk failed in the commit, or the files were moved during it. ``recorded(_:)`` finds the entries then, also in
    ///   the next process. ``TrailError/Code/alreadyRecorded`` when a record has been decided otherwise, or the trail has
    ///   some of the entries and not the others.
    package func append(
        _ entries: [ValidationEntry],
        deliveries: [EntryDelivery] = [],
        services: [ServiceEntry] = []
    ) throws(TrailError) -> Range<Int64> {
        try self.state.withLock { state throws(TrailError) in
            try state.append(entries, deliveries: deliveries, services: services)
        }
    }

    /// Appends something that happened to the service, durable on return, and returns its number.
    package func append(_ entry: ServiceEntry) throws(TrailError) -> Int64 {
        try self.state.withLock { state throws(TrailError) in try state.append(entry) }
    }

    /// The highest offset that the trail has of a partition, `nil` when it has none.
    ///
    /// A record with a higher offset cannot be in the trail, so it needs no look-up.
    package func recordedThrough(
        clusterID: String,
        partition: SourcePartition
    ) throws(TrailError) -> Int64? {
        try self.state.withLock { state throws(TrailError) in
            try state.recordedThrough(clusterID: clusterID, partition: partition)
        }
    }

    /// The entries of those of the records that have been decided before.
    ///
    /// A record is the same only if its whole identity is, so one at the same offset of a recreated topic is not found.
    /// One whose entry was removed must neither be decided again nor published again.
    package func recorded(_ identities: [RecordIdentity]) throws(TrailError) -> RecordedEntries {
        try self.state.withLock { state throws(TrailError) in try state.recorded(identities) }
    }

    /// The decisions on a partition's records that no delivery covers: in doubt until the committed offset tells.
    ///
    /// - Parameters:
    ///   - offset: Only records below this offset; `nil` for all.
    ///   - limit: The most entries to return, at least 1.
    /// - Returns: Entry numbers in ascending order, with the offsets of their records.
    package func undelivered(
        clusterID: String,
        partition: SourcePartition,
        below offset: Int64? = nil,
        limit: Int
    ) throws(TrailError) -> [(index: Int64, offset: Int64)] {
        try self.state.withLock { state throws(TrailError) in
            try state.undelivered(clusterID: clusterID, partition: partition, below: offset, limit: limit)
        }
    }

    /// Signs the trail as it stands, and keeps the checkpoint in it: durable when the call returns.
    ///
    /// - Parameters:
    ///   - signer: With the log's origin as its name, see <doc:TrailFormat>.
    ///   - time: Kept beside the checkpoint, which has none.
    /// - Returns: The checkpoint of all entries, also when it had been made before; `nil` while the trail is empty, or
    ///   when just these entries were signed with another key.
    /// - Throws: ``TrailError``; ``TrailError/Code/corrupt`` when the trail does not continue its last checkpoint: then
    ///   nothing is signed.
    package func checkpoint(
        signedBy signer: NoteSigner,
        at time: Timestamp
    ) throws(TrailError) -> SignedCheckpoint? {
        try self.state.withLock { state throws(TrailError) in try state.checkpoint(signedBy: signer, at: time) }
    }

    /// Has every segment's end signed from now on before it is sealed.
    ///
    /// - Parameter signer: as for ``checkpoint(signedBy:at:)``; call it once what was signed before is known to be held.
    package func signSegments(by signer: NoteSigner) {
        self.state.withLock { $0.signer = signer }
    }

    /// Makes sure that the trail holds everything that a checkpoint covers, unchanged: one that others have seen.
    ///
    /// - Throws: ``TrailError/Code/corrupt`` otherwise: the trail was replaced by an older copy, or was changed.
    package func requireContinuation(of checkpoint: Checkpoint) throws(TrailError) {
        try self.state.withLock { state throws(TrailError) in
            try state.requireContinuation(of: checkpoint, try state.usableConnection())
        }
    }

    /// Copies the WAL into the database as far as readers allow, and releases the file and the claim to it. Idempotent.
    package func close() {
        self.state.withLock { $0.close() }
    }
}

extension TrailWriter {
    /// Runs SQL on the writing connection, so that tests can try what it must refuse.
    func execute(_ sql: String) throws(TrailError) {
        try self.state.withLock { state throws(TrailError) in try state.usableConnection().execute(sql) }
    }

    /// Seals the live file now, whatever the policy says.
    func seal(at time: Timestamp = .now) throws(TrailError) {
        try self.state.withLock { state throws(TrailError) in try state.seal(at: time) }
    }

    /// Opens the file again with other settings, so that tests can give a full database room.
    func reopen(options: WritingConnection.Options) throws(TrailError) {
        try self.state.withLock { state throws(TrailError) in
            state.options = options
            state.isEndKnown = false
            _ = try state.usableConnection()
        }
    }
}
