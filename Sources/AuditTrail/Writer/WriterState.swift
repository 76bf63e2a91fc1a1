import Logging
import LoginContracts

/// What the writer knows and holds, guarded by its lock.
///
/// The database is the truth; everything here can be read from it again, and is, whenever a connection is opened. The one
/// exception is ``end``: where the trail ended when an append was last acknowledged, which the file is held against.
struct WriterState {
    let file: TrailFile
    let logger: Logger
    var options: WritingConnection.Options
    let trailID: String
    let instanceID: String
    /// Where the trail ends.
    var end = TrailEnd()
    /// Kept after an error too, until another takes its place: it may be the last way to a file that was deleted.
    var connection: WritingConnection?
    /// Whether the trail ends at ``end`` for all we know; otherwise it is opened again and may have more.
    var isEndKnown = true
    /// Which files the connection writes.
    var place: TrailPlace
    /// The rows of `sources`, filled as they are met. One for each partition the instance was ever assigned.
    var sources: [Source: SourceRow] = [:]
    var encoder = LeafEncoder()
    /// The run of entries that has no row in `time_ranges` yet.
    var timeRange = TimeRange(firstIndex: 0)
    /// `nil` until somebody asks.
    var undelivered: UndeliveredRanges?
    /// The earlier files of the trail.
    var segments: SealedSegments
    /// The highest offset of each source in the earlier files.
    var baseOffsets: [Source: Int64] = [:]
    let segmentPolicy: SegmentPolicy
    /// Signs a file's end before it is sealed; `nil` seals without.
    var signer: NoteSigner?
    /// When the live file's first entry was recorded, once it was asked for.
    var knownSegmentStart: Timestamp?
    /// Not before then, after a try that failed.
    var nextSealAttempt: ContinuousClock.Instant?
    /// Whether the live file could not be sealed when it was full; said once.
    var isSealOverdue = false
    /// Service entries of appends that failed and were found in the trail after all, with their numbers. They have no
    /// identity by which a repeated append could find them.
    var survivors: [ServiceEntry: Int64] = [:]
    /// A WAL of more pages is worth a warning; doubles with each.
    var pagesWorthWarning: CInt
    /// The claim to be the only writer; `nil` once closed.
    var lock: WriterLock?

    var nextIndex: Int64 { self.end.nextIndex }

    /// At most so many are remembered, several appends' worth.
    static let maximumSurvivors = 1000

    /// What a row of `sources` says.
    struct Source: Hashable {
        var clusterID: String
        var partition: SourcePartition
    }

    struct SourceRow {
        var id: Int64
        var leaf: LeafSource
    }

    init(
        path: String,
        instanceID: String,
        segmentPolicy: SegmentPolicy,
        logger: Logger,
        options: WritingConnection.Options
    ) throws(TrailError) {
        self.file = try TrailFile(path: path)
        self.segmentPolicy = segmentPolicy
        self.segments = SealedSegments(path: self.file.path, chain: .none)
        self.instanceID = instanceID
        self.logger = logger
        self.options = options
        // Before anything is made or changed: nobody else does either from here on.
        self.lock = try WriterLock(databasePath: self.file.path)
        try SegmentSwap.tidy(self.file)
        try self.file.createIfMissing()
        try self.file.requireContent()
        let applied = try TrailSchema.prepare(path: self.file.path)
        if !applied.isEmpty {
            logger.notice("The audit trail's schema is up to date", metadata: ["migrations": "\(applied)"])
        }
        let connection = try WritingConnection(path: self.file.path, options: options)
        self.trailID = try Self.readTrailID(connection)
        self.connection = connection
        self.place = TrailPlace(self.file)
        self.pagesWorthWarning = Self.firstWarning(options)
        self.end = try TrailEnd(connection)
        try self.settleAtStart(connection)
        try self.readPosition(connection)
        self.finishRemovalsAtStart()
        logger.debug("The audit trail is open", metadata: ["trail": "\(self.trailID)", "next": "\(self.nextIndex)"])
    }

    /// The connection as the last process left the file: what it could read may not be on the disk, see
    /// ``WritingConnection/settle()``. An auditor who reads just now must not keep the service from starting.
    private func settleAtStart(_ connection: WritingConnection) throws(TrailError) {
        do throws(TrailError) {
            try connection.settle()
        } catch {
            guard error.code == .locked else { throw error }
            self.logger.warning("The WAL is copied later, because another program reads the audit trail")
            try connection.checkpointsOnClose(true)
        }
    }

    /// What a crash has left of a removal. It can wait for the next one.
    private mutating func finishRemovalsAtStart() {
        do throws(TrailError) {
            try self.finishRemovals()
        } catch {
            self.logger.warning("A segment is removed later", metadata: ["error": "\(error)"])
        }
    }

    mutating func close() {
        guard self.lock != nil else { return }
        self.release()
        self.lock = nil
    }

    static func readTrailID(_ connection: WritingConnection) throws(TrailError) -> String {
        let rows = try connection.rows("SELECT id FROM trail", whenTryingTo: "read") { $0.text(0) }
        guard let first = rows.first, let id = first else {
            throw TrailError(.notATrail, "\(connection.path) holds no audit trail: choose another path.")
        }
        return id
    }

    /// Forgets what was remembered of the trail, and reads the run of entries that is not summed up yet.
    mutating func readPosition(_ connection: WritingConnection) throws(TrailError) {
        self.sources = [:]
        self.undelivered = nil
        try self.readBase(connection)
        let (base, summarized) = try (
            connection.base.firstIndex, connection.integer("SELECT max(last_index) + 1 FROM time_ranges")
        )
        let first = summarized ?? base
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
