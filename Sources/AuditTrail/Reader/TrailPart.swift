import GRDB
import LoginContracts

/// One file of a trail, open for reading.
final class TrailPart: Sendable {
    let path: String
    /// The entries that the file has; without an end while it is the live one.
    let indices: Range<Int64>
    let base: TrailBase
    let trailID: String
    let createdAt: Timestamp
    /// Which file it is, for the live one.
    let identity: TrailFile.Identity?
    let pool: DatabasePool

    /// The file at the trail's path turned out to be another one while a connection to it was opened.
    struct Moved: Error {}

    /// Opens the live file.
    ///
    /// A connection that is opened later must be to the same file, and its WAL the file's own: both are looked at while no
    /// writer can change them, see ``FolderLock``.
    init(live file: TrailFile) throws {
        guard let identity = file.identity else { throw TrailError.noTrail(at: file.path) }
        let path = file.path
        let pool = try Self.pool(path) { database in
            let lock = try FolderLock.shared(besides: path)
            guard TrailFile.identity(ofFileAt: path) == identity else { throw Moved() }
            // SQLite opens the WAL with the first read.
            _ = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema")
            guard TrailFile.identity(ofFileAt: path) == identity else { throw Moved() }
            _ = consume lock
        }
        let header = try pool.read { try Header($0, path: path, versions: TrailSchema.version...TrailSchema.version) }
        self.path = path
        self.indices = header.base.firstIndex..<(.max)
        self.base = header.base
        self.trailID = header.trailID
        self.createdAt = header.createdAt
        self.identity = identity
        self.pool = pool
    }

    /// Opens a sealed file.
    init(sealed file: SegmentFile, trailID: String) throws {
        let pool = try Self.pool(file.immutableURI) { _ in }
        let versions = TrailSchema.firstSealableVersion...TrailSchema.version
        let (header, next) = try pool.read { database in
            let header = try Header(database, path: file.path, versions: versions)
            return (header, try Int64.fetchOne(database, sql: TrailSchema.nextIndex) ?? 0)
        }
        guard header.trailID == trailID else {
            throw TrailError(
                .notATrail,
                "The segment \(file.path) is of another audit trail: put the right file in its place."
            )
        }
        guard header.base.firstIndex == file.indices.lowerBound, next == file.indices.upperBound else {
            throw TrailError.misnamed(file, first: header.base.firstIndex, next: next)
        }
        self.path = file.path
        self.indices = file.indices
        self.base = header.base
        self.trailID = header.trailID
        self.createdAt = header.createdAt
        self.identity = nil
        self.pool = pool
    }

    private static func pool(_ path: String, _ prepare: @escaping @Sendable (Database) throws -> Void) throws
        -> DatabasePool
    {
        var configuration = Configuration()
        configuration.label = "audit-trail-reader"
        configuration.readonly = true
        configuration.busyMode = .timeout(Double(TrailSchema.maximumLockWait.milliseconds) / 1000)
        configuration.maximumReaderCount = TrailReader.maximumConnections
        configuration.prepareDatabase { database in
            try prepare(database)
            try database.execute(
                sql: "PRAGMA query_only = ON; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON"
            )
        }
        return try DatabasePool(path: path, configuration: configuration)
    }

    /// What a file says of itself.
    private struct Header {
        var trailID: String
        var createdAt: Timestamp
        var base: TrailBase

        init(_ database: Database, path: String, versions: ClosedRange<Int32>) throws {
            switch try TrailSchema.condition(of: database, path: path) {
            case .empty:
                throw TrailError(.notATrail, "The database \(path) is empty: start the service, which makes the trail.")
            case .trail(let version) where version < versions.lowerBound:
                throw TrailError(
                    .cannotOpen,
                    "The audit trail \(path) has an older schema: start this version's service once, which converts it."
                )
            case .trail:
                break
            }
            let rows = try database.rows("SELECT id, created_at FROM trail") { ($0.text(0), $0.integer(1)) }
            guard let (id, createdAt) = rows.first, let id, let createdAt else {
                throw TrailError(.corrupt, "The audit trail \(path) has lost its identifier: restore a copy.")
            }
            let first = try database.rows(TrailBase.selectFirstIndex) { $0.exactInteger(0) ?? -1 }
            let nodes = try database.rows(TrailBase.selectNodes) { $0.baseNode }
            guard let base = TrailBase(firstIndex: first.first, nodes: nodes) else {
                throw TrailError.brokenBase(path: path)
            }
            self.trailID = id
            self.createdAt = Timestamp(createdAt)
            self.base = base
        }
    }
}

extension TrailError {
    static func noTrail(at path: String) -> TrailError {
        TrailError(
            .missing,
            "There is no audit trail at \(path): check the path, or start the service, which makes it."
        )
    }
}
