import GRDB
package import LoginContracts
import Synchronization

/// Reads one trail: while the service writes it, and when no service runs.
///
/// A trail may consist of several files: sealed segments, and the live one. They are read as one; each read is of one file
/// and sees it as of one moment.
///
/// Reads block on the disk and run side by side on up to ``maximumConnections`` connections to a file, from any thread, and
/// hold up no writer. Nothing is ever written: the connections are read-only twice over (`SQLITE_OPEN_READONLY` and
/// `query_only`), and a missing file stays missing. SQLite itself may put its `-wal` and `-shm` files beside a trail that was
/// copied without them.
package final class TrailReader: Sendable {
    /// How many reads run at the same time; further ones wait.
    package static let maximumConnections = 4

    /// The trail's name for itself, see ``TrailWriter/trailID``.
    package let trailID: String
    package let createdAt: Timestamp
    package let path: String
    /// Opens what is sealed about players; `nil` where their keys are not at hand.
    let players: PlayerVault?
    private let parts: Mutex<TrailParts>
    /// Which records each segment has, once somebody has asked.
    let extents = Mutex<[SegmentFile: [WriterState.Source: RecordExtent]]>([:])

    /// How often a read begins anew because the writer sealed the file just then.
    static let maximumAttempts = 20

    /// - Throws: ``TrailError/Code/missing``, ``TrailError/Code/notATrail`` or ``TrailError/Code/newerVersion`` among
    ///   others.
    package init(path: String) throws(TrailError) {
        let file = try TrailFile(path: path)
        self.path = file.path
        let parts = try Self.retrying(path: path) { try TrailParts(file) }
        let trailID = parts.live.trailID
        (self.trailID, self.createdAt) = (trailID, parts.live.createdAt)
        self.parts = Mutex(parts)
        // Whoever may not read the keys reads the trail all the same, and sees what is stored.
        self.players = (try? PlayerKeyStore.load(beside: file.path, trailID: trailID)).map { PlayerVault(opening: $0) }
    }

    /// Releases the files; reads fail from then on. Idempotent.
    package func close() {
        self.parts.withLock { $0.close() }
    }

    /// Runs `body` on a snapshot of the live file.
    func read<Value>(_ body: (Database) throws -> Value) throws(TrailError) -> Value {
        try self.read(at: .max) { _, database in try body(database) }
    }

    /// Runs `body` on a snapshot of the file that has entry `index`, or will have it.
    ///
    /// - Throws: ``TrailError/Code/missing`` when that is a segment that is not there; ``TrailError/Code/removed`` when it was
    ///   removed by policy.
    func read<Value>(at index: Int64, _ body: (TrailPart, Database) throws -> Value) throws(TrailError) -> Value {
        try Self.retrying(path: self.path) {
            let part = try self.parts.withLock { try $0.part(at: index) }
            do {
                return try part.pool.read { try body(part, $0) }
            } catch let moved as TrailPart.Moved {
                throw moved
            } catch let error as DatabaseError
                where error.resultCode == .SQLITE_CANTOPEN && TrailFile.identity(ofFileAt: part.path) == nil
            {
                // A further connection to a segment that was removed meanwhile: nothing was read by it.
                try self.parts.withLock { try $0.reload() }
                throw TrailPart.Moved()
            } catch {
                throw TrailError(error, whenTryingTo: "read", path: part.path)
            }
        }
    }

    /// The files of the trail: those that are sealed, in ascending order, and entries of which there is no file.
    func chain() throws(TrailError) -> (chain: SegmentChain, live: TrailPart) {
        try Self.retrying(path: self.path) {
            try self.parts.withLock { parts in
                try parts.refresh()
                return (parts.chain, parts.live)
            }
        }
    }

    /// What is kept of removed entries and the first entry that is there; `nil` when all are.
    func removedEntries() throws(TrailError) -> (removed: RemovedEntries, firstIndex: Int64)? {
        try Self.retrying(path: self.path) {
            try self.parts.withLock { parts in
                try parts.refresh()
                guard parts.chain.firstIndex > 0, let removed = parts.removed else { return nil }
                return (removed, parts.chain.firstIndex)
            }
        }
    }

    /// A connection is checked before anything is read with it, so a read that has to begin anew has done nothing yet.
    private static func retrying<Value>(path: String, _ body: () throws -> Value) throws(TrailError) -> Value {
        for _ in 0..<Self.maximumAttempts {
            do {
                return try body()
            } catch is TrailPart.Moved {
                continue
            } catch {
                throw TrailError(error, whenTryingTo: "read", path: path)
            }
        }
        throw TrailError(.locked, "The file of the audit trail \(path) changes all the time: try again.")
    }
}
