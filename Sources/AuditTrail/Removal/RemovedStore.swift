import Foundation
import GRDB
import LoginContracts

/// What is kept of a trail's removed entries: a database of its own beside the trail, `<trail>.removed`.
///
/// It has all that later proofs need of them, their checkpoints, and which records they decided; see <doc:TrailFormat>. The
/// file is never written to: each removal puts another one in its place, see ``prepare(beside:trailID:_:)``. So readers need
/// no file but this one, whatever a crash leaves.
///
/// Calls block on the disk, and may be made on any thread.
final class RemovedStore: Sendable {
    let path: String
    let database: DatabaseQueue

    /// Behind the trail's path.
    static let suffix = ".removed"

    enum Use {
        case reading, writing
    }

    /// - Returns: `nil` when nothing was ever removed.
    static func load(beside databasePath: String, trailID: String) throws(TrailError) -> RemovedStore? {
        let path = databasePath + Self.suffix
        guard TrailFile.identity(ofFileAt: path) != nil else { return nil }
        return try RemovedStore(try TrailFile(path: path), trailID: trailID, .reading)
    }

    init(_ file: TrailFile, trailID: String, _ use: Use) throws(TrailError) {
        self.path = file.path
        var configuration = Configuration()
        configuration.label = "removed-entries"
        configuration.readonly = use == .reading
        configuration.busyMode = .timeout(Double(TrailSchema.maximumLockWait.milliseconds) / 1000)
        configuration.prepareDatabase { database in
            try database.execute(
                sql: "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA synchronous = FULL"
            )
        }
        do {
            self.database = try DatabaseQueue(path: file.path, configuration: configuration)
            if use == .writing { try self.database.write { try Self.prepare($0, trailID: trailID, path: file.path) } }
            try self.database.read { database in
                guard try Self.isReady(database) else { throw Self.foreign(file.path) }
                guard try database.rows("SELECT id FROM trail", { $0.exactText(0) }) == [trailID] else {
                    throw TrailError(
                        .notATrail,
                        "\(file.path) is of another audit trail: put the file back that belongs to this one."
                    )
                }
            }
        } catch {
            throw TrailError(error, whenTryingTo: "open", path: file.path, of: .removedEntries)
        }
    }

    /// Releases the file. Idempotent.
    func close() {
        try? self.database.close()
    }

    func read<Value>(_ body: (Database) throws -> Value) throws(TrailError) -> Value {
        do {
            return try self.database.read(body)
        } catch {
            throw TrailError(error, whenTryingTo: "read", path: self.path, of: .removedEntries)
        }
    }

    func write<Value>(_ body: (Database) throws -> Value) throws(TrailError) -> Value {
        do {
            return try self.database.write(body)
        } catch {
            throw TrailError(error, whenTryingTo: "write", path: self.path, of: .removedEntries)
        }
    }

    // MARK: Removals

    /// Every removal, in the order of the entries.
    func removals() throws(TrailError) -> [Removal] {
        try self.read { try Self.removals($0, path: self.path) }
    }

    static func removals(_ database: Database, path: String) throws -> [Removal] {
        let rows = try database.rows(
            """
            SELECT r.first_index, r.last_index, r.removed_at, r.earliest, r.latest, r.reason, r.archive, r.entry_from,
                r.root, r.digest, e.entry_index
            FROM removals AS r
            LEFT JOIN removal_entries AS e ON e.first_index = r.first_index
            ORDER BY r.first_index
            """
        ) { Removal($0) }
        return try rows.map { removal in
            guard let removal else {
                throw TrailError(
                    .corrupt,
                    "\(path) holds a removal that this program never writes: keep the file for examination and restore a copy."
                )
            }
            return removal
        }
    }

    // MARK: Records

    /// Whether a removed entry decided just this record.
    func hasDecided(_ identity: RecordIdentity) throws(TrailError) -> Bool {
        let length = Self.digestLength
        return try self.read { database in
            let statement = try database.cachedStatement(
                sql: """
                    SELECT first_offset, digests FROM decided_records
                    WHERE source_id = (SELECT id FROM sources WHERE cluster_id = ? AND topic = ? AND partition = ?)
                        AND first_offset BETWEEN ? AND ?
                    """
            )
            let row = StatementHandle(pointer: statement.sqliteStatement)
            defer { row.reset() }
            row.bind(identity.clusterID, at: 1)
            row.bind(identity.partition.topic, at: 2)
            row.bind(Int64(identity.partition.partition), at: 3)
            row.bind(identity.offset - Self.maximumRun + 1, at: 4)
            row.bind(identity.offset, at: 5)
            while try row.step() {
                guard let first = row.integer(0), let digests = row.blob(1) else { continue }
                let place = Int(identity.offset - first) * length
                guard place + length <= digests.count else { continue }
                if digests[place..<(place + length)].elementsEqual(identity.digest.bytes.prefix(length)) { return true }
            }
            return false
        }
    }

    // MARK: Checkpoints

    /// Kept checkpoints of more than `size` entries, in ascending order, at most `limit`.
    ///
    /// - Returns: with the size that each row says; a checkpoint is `nil` when it is not as it was signed.
    func checkpoints(
        above size: Int64,
        limit: Int
    ) throws(TrailError) -> [(size: Int64, checkpoint: SignedCheckpoint?)] {
        try self.read { database in
            try database.rows(
                "\(SignedCheckpoint.selection) WHERE size > ? ORDER BY size LIMIT ?",
                binding: [size, Int64(limit)]
            ) { ($0.integer(3) ?? 0, SignedCheckpoint($0)) }
        }
    }

    /// The keys that have signed them, by the file's own word.
    func verifiers() throws(TrailError) -> [NoteVerifier] {
        try self.read { database in
            try database.rows("SELECT DISTINCT verifier_key FROM checkpoints") { row in
                row.text(0).flatMap { NoteVerifier($0) }
            }
        }
        .compactMap { $0 }
    }
}

extension Removal {
    /// The current row of ``RemovedStore/removals(_:path:)``.
    fileprivate init?(_ row: StatementHandle) {
        guard let first = row.exactInteger(0), let last = row.exactInteger(1), 0 <= first, first <= last, last < .max,
            let removedAt = row.exactInteger(2), let earliest = row.exactInteger(3), let latest = row.exactInteger(4),
            let reason = row.exactText(5), let entryFrom = row.exactInteger(7), let root = row.hash(8),
            let digest = row.hash(9)
        else { return nil }
        self.init(
            indices: first..<(last + 1),
            removedAt: Timestamp(removedAt),
            earliest: Timestamp(earliest),
            latest: Timestamp(latest),
            reason: reason,
            archive: row.exactText(6),
            entryIndex: row.exactInteger(10),
            entryFrom: entryFrom,
            root: root,
            digest: digest
        )
    }
}

extension [Removal] {
    /// How many entries were removed, as far as the trail itself says so.
    var end: Int64 {
        self.prefix { $0.entryIndex != nil }.last?.indices.upperBound ?? 0
    }
}
