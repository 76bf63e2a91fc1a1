import Logging
import LoginContracts

/// How the live file is sealed, and another one goes on.
extension WriterState {
    /// How long readers may keep the WAL from being copied before the seal is put off; every append waits meanwhile.
    private static let maximumSealWait: Duration = .milliseconds(100)
    /// Until the next try.
    private static let sealRetryInterval: Duration = .seconds(1)

    /// Seals the live file if it is full, and if these deliveries leave no decision in it in doubt.
    ///
    /// A sealed file is never written again, so what becomes of its decisions must be known. In normal service the
    /// deliveries of one append are those of the append before; they are written first, in a transaction of their own, and
    /// then the file can be sealed. Putting it off is no error.
    ///
    /// - Returns: The deliveries that are not written yet: all or none.
    mutating func rollOver(_ deliveries: [EntryDelivery]) throws(TrailError) -> [EntryDelivery] {
        guard self.segmentPolicy != SegmentPolicy(), self.nextSealAttempt.map({ $0 <= .now }) ?? true,
            try self.isSegmentFull(now: .now)
        else { return deliveries }
        guard try self.areSettled(by: deliveries) else {
            self.putOffSeal(because: "decisions in it are in doubt")
            return deliveries
        }
        if !deliveries.isEmpty { _ = try self.appendNew([], deliveries: deliveries, services: []) }
        do throws(TrailError) {
            try self.seal(at: .now)
        } catch {
            self.putOffSeal(because: "\(error)")
        }
        return []
    }

    /// Whether the policy wants the live file sealed.
    private mutating func isSegmentFull(now: Timestamp) throws(TrailError) -> Bool {
        let connection = try self.usableConnection()
        guard try self.nextIndex > connection.base.firstIndex else { return false }
        if let maximum = self.segmentPolicy.maximumSize, try connection.size >= maximum { return true }
        guard let maximum = self.segmentPolicy.maximumAge, let start = try self.segmentStart(connection) else {
            return false
        }
        return now.duration(since: start) >= maximum
    }

    /// When the live file's first entry was recorded.
    private mutating func segmentStart(_ connection: WritingConnection) throws(TrailError) -> Timestamp? {
        if let known = self.knownSegmentStart { return known }
        let first = try connection.integer("SELECT recorded_at FROM entries ORDER BY \"index\" LIMIT 1")
        self.knownSegmentStart = first.map { Timestamp($0) }
        return self.knownSegmentStart
    }

    /// Whether every decision in the live file is delivered with these.
    private mutating func areSettled(by deliveries: [EntryDelivery]) throws(TrailError) -> Bool {
        guard deliveries.allSatisfy({ $0.indices.upperBound < self.nextIndex }) else { return false }
        let connection = try self.usableConnection()
        _ = try self.undeliveredRanges(connection)
        var ranges = self.undelivered ?? UndeliveredRanges()
        for delivery in deliveries { ranges.remove(delivery.indices) }
        for range in ranges.ranges {
            let first = try connection.integer(
                "SELECT \"index\" FROM entries WHERE \"index\" BETWEEN ? AND ? AND kind = 'validation' LIMIT 1",
                binding: [range.lowerBound, range.upperBound]
            )
            if first != nil { return false }
        }
        return true
    }

    private mutating func putOffSeal(because reason: String) {
        self.nextSealAttempt = .now + Self.sealRetryInterval
        guard !self.isSealOverdue else { return }
        self.isSealOverdue = true
        self.logger.warning("The audit trail's segment is full, and is sealed later", metadata: ["reason": "\(reason)"])
    }

    /// Seals the live file as it is, and opens the one that goes on.
    ///
    /// The commit point is ``SegmentSwap/Step/replaceLive``. Whatever fails, the next call opens the file that is then at
    /// the path, and takes it only if the trail goes on in it.
    ///
    /// - Throws: ``TrailError/Code/refused`` while a decision in the file is in doubt; ``TrailError/Code/locked`` while readers
    ///   are in the way.
    mutating func seal(at time: Timestamp) throws(TrailError) {
        guard try self.areSettled(by: []) else {
            throw TrailError(
                .refused,
                "Decisions in the audit trail \(self.file.path) are in doubt: it is sealed later."
            )
        }
        if let signer { _ = try self.checkpoint(signedBy: signer, at: time) }
        let connection = try self.usableConnection()
        let first = try connection.base.firstIndex
        guard self.nextIndex > first else { return }
        try connection.settle(within: Self.maximumSealWait)
        let sealed = SegmentFile(of: self.file.path, indices: first..<self.nextIndex)
        try NextSegment(
            after: connection,
            end: self.end.tree,
            checkpoint: try self.newestCheckpoint(connection)
        ).make(beside: self.file)
        guard let folder = FolderLock.exclusive(besides: self.file.path) else {
            throw TrailError(.locked, "The audit trail \(self.file.path) is just being opened: it is sealed later.")
        }
        self.connection = nil
        self.isEndKnown = false
        connection.close()
        try SegmentSwap(live: self.file, sealed: sealed).run()
        _ = consume folder
        _ = try self.usableConnection()
        self.isSealOverdue = false
        self.nextSealAttempt = nil
        self.logger.notice(
            "A segment of the audit trail is sealed",
            metadata: ["file": "\(sealed.path)", "first": "\(first)", "last": "\(self.nextIndex - 1)"]
        )
    }

    /// Reads what stands beside the entries of a file that does not begin with the first.
    mutating func readBase(_ connection: WritingConnection) throws(TrailError) {
        self.knownSegmentStart = nil
        self.baseOffsets = [:]
        let first = try connection.base.firstIndex
        guard first > 0 else {
            self.segments = SealedSegments(path: self.file.path, chain: .none)
            return
        }
        self.segments = try self.readSegments(below: first)
        for gap in self.segments.gaps {
            self.logger.warning(
                "Segments of the audit trail are not there: records that they have cannot be decided",
                metadata: ["first": "\(gap.lowerBound)", "last": "\(gap.upperBound - 1)"]
            )
        }
        let rows = try connection.rows(
            """
            SELECT s.cluster_id, s.topic, s.partition, b.last_offset
            FROM base_offsets AS b JOIN sources AS s ON s.id = b.source_id
            """,
            whenTryingTo: "read"
        ) { row in
            let partition = SourcePartition(
                topic: row.text(1) ?? "",
                partition: Int32(clamping: row.integer(2) ?? 0)
            )
            return (Source(clusterID: row.text(0) ?? "", partition: partition), row.integer(3) ?? 0)
        }
        self.baseOffsets = Dictionary(rows, uniquingKeysWith: max)
    }

    /// The files before the live one, as they are now.
    func readSegments(below first: Int64) throws(TrailError) -> SealedSegments {
        // In this order: a file that is gone is among the removed ones.
        let files = try SegmentFile.all(beside: self.file.path)
        let removed = try RemovedStore.load(beside: self.file.path, trailID: self.trailID)
        let chain = SegmentChain(files, below: first, removed: try removed?.removals().end ?? 0)
        return SealedSegments(path: self.file.path, chain: chain, removed: removed)
    }
}

extension WritingConnection {
    /// The size of the database in bytes, with what is still in the WAL.
    var size: Int64 {
        get throws(TrailError) {
            let (pages, bytes) = (try self.integer("PRAGMA page_count"), try self.integer("PRAGMA page_size"))
            return (pages ?? 0) * (bytes ?? 0)
        }
    }

    /// Whether exactly this mark is among the file's deliveries.
    func hasMark(_ delivery: EntryDelivery) throws(TrailError) -> Bool {
        let states = try self.rows(
            "SELECT state FROM deliveries WHERE first_index = ? AND last_index = ? AND marked_at = ?",
            whenTryingTo: "read",
            binding: [delivery.indices.lowerBound, delivery.indices.upperBound, delivery.at.millisecondsSince1970]
        ) { $0.text(0) }
        return states == [delivery.state.rawValue]
    }
}
