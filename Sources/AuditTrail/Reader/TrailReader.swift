import GRDB
package import LoginContracts

/// Reads one trail: while the service writes it, and when no service runs.
///
/// Reads block on the disk and run side by side on up to ``maximumConnections`` connections, from any thread. Each sees
/// the trail as of one moment and holds up no writer. Nothing is ever written: the connections are read-only twice over
/// (`SQLITE_OPEN_READONLY` and `query_only`), and a missing file stays missing. SQLite itself may put its `-wal` and
/// `-shm` files beside a trail that was copied without them.
package final class TrailReader: Sendable {
    /// How many reads run at the same time; further ones wait.
    package static let maximumConnections = 4

    /// The trail's name for itself, see ``TrailWriter/trailID``.
    package let trailID: String
    package let createdAt: Timestamp
    package let path: String
    /// Opens what is sealed about players; `nil` where their keys are not at hand.
    let players: PlayerVault?
    private let pool: DatabasePool

    /// - Throws: ``TrailError/Code/missing``, ``TrailError/Code/notATrail`` or ``TrailError/Code/newerVersion`` among
    ///   others.
    package init(path: String) throws(TrailError) {
        let file = try TrailFile(path: path)
        guard file.identity != nil else {
            throw TrailError(
                .missing,
                "There is no audit trail at \(path): check the path, or start the service, which makes it."
            )
        }
        var configuration = Configuration()
        configuration.label = "audit-trail-reader"
        configuration.readonly = true
        configuration.busyMode = .timeout(Double(TrailSchema.maximumLockWait.milliseconds) / 1000)
        configuration.maximumReaderCount = Self.maximumConnections
        configuration.prepareDatabase { database in
            try database.execute(
                sql: "PRAGMA query_only = ON; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON"
            )
        }
        self.path = file.path
        do {
            self.pool = try DatabasePool(path: file.path, configuration: configuration)
            (self.trailID, self.createdAt) = try self.pool.read { database in
                try Self.identify(database, path: path)
            }
        } catch {
            throw TrailError(error, whenTryingTo: "read", path: path)
        }
        // Whoever may not read the keys reads the trail all the same, and sees what is stored.
        self.players = (try? PlayerKeyStore.load(beside: file.path, trailID: self.trailID))
            .map { PlayerVault(opening: $0) }
    }

    /// Releases the file; reads fail from then on. Idempotent.
    package func close() {
        try? self.pool.close()
    }

    /// Lends the connections.
    func withPool<Value>(_ body: (DatabasePool) throws -> Value) rethrows -> Value {
        try body(self.pool)
    }

    /// Runs `body` on a snapshot of the trail.
    func read<Value>(_ body: (Database) throws -> Value) throws(TrailError) -> Value {
        do {
            return try self.pool.read(body)
        } catch {
            throw TrailError(error, whenTryingTo: "read", path: self.path)
        }
    }

    private static func identify(_ database: Database, path: String) throws -> (id: String, createdAt: Timestamp) {
        switch try TrailSchema.condition(of: database, path: path) {
        case .empty:
            throw TrailError(.notATrail, "The database \(path) is empty: start the service, which makes the trail.")
        case .trail(let version) where version < TrailSchema.version:
            throw TrailError(
                .cannotOpen,
                "The audit trail \(path) has an older schema: start this version's service once, which converts it."
            )
        case .trail:
            let rows = try database.rows("SELECT id, created_at FROM trail") { ($0.text(0), $0.integer(1)) }
            guard let (id, createdAt) = rows.first, let id, let createdAt else {
                throw TrailError(.corrupt, "The audit trail \(path) has lost its identifier: restore a copy.")
            }
            return (id, Timestamp(createdAt))
        }
    }
}
