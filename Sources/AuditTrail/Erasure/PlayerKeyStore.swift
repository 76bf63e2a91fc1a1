import Crypto
import Foundation
import GRDB
import LoginContracts

/// The players' keys: a database of its own beside the trail, in which rows are destroyed.
///
/// `<database>.player-keys` has a row for each player: the player's tag (HMAC-SHA-256 of the id under the master key in
/// `<database>.player-master-key`), handle and key. Whoever has the trail alone reads nothing of a player; with both files,
/// the players that were not erased.
///
/// No id is stored, and nothing is kept in memory between calls: a key that another process destroyed is gone here too.
/// Calls block on the disk, from any thread. A rollback journal, always the same file (`journal_mode=PERSIST`), and
/// `synchronous=FULL`: a new key is durable on return. It is of one trail; both files are for their owner only.
package final class PlayerKeyStore: Sendable {
    let path: String
    private let master: SymmetricKey
    let database: DatabaseQueue

    /// Behind the database's path.
    package static let suffix = ".player-keys"
    package static let masterSuffix = ".player-master-key"

    private static let masterFile = KeyFile(
        suffix: PlayerKeyStore.masterSuffix,
        name: "master key of the players' keys",
        lengths: 32...32,
        newLength: 32,
        loss: "remove the players' keys too, which erases every player so far"
    )

    private enum Use {
        case writing, reading
    }

    /// For the trail's writer: made if there is none.
    ///
    /// - Throws: ``TrailError/Code/refused`` when others may read or write a file, or the keys are another trail's;
    ///   ``TrailError/Code/missing`` when one of the two files is lost: making it anew would erase everybody unseen.
    package static func loadOrCreate(
        beside databasePath: String,
        trailID: String
    ) throws(TrailError) -> PlayerKeyStore {
        let path = try TrailFile(path: databasePath).path
        let hasKeys = TrailFile.identity(ofFileAt: path + Self.suffix) != nil
        let hasMaster = TrailFile.identity(ofFileAt: path + Self.masterSuffix) != nil
        guard hasKeys || !hasMaster else {
            throw TrailError(
                .missing,
                "The players' keys \(path + Self.suffix) are missing, and their master key is there: restore them, or remove \(path + Self.masterSuffix) too, which erases every player so far."
            )
        }
        guard hasMaster || !hasKeys else { throw Self.noMaster(path) }
        // The master key is durable first: without it nothing in the other file would be of use.
        let master = try Self.masterFile.loadOrCreate(beside: path)
        return try PlayerKeyStore(path: path + Self.suffix, trailID: trailID, master: master, .writing)
    }

    /// For readers of the trail: `nil` when the files are not there, or not for this user.
    package static func load(beside databasePath: String, trailID: String) throws(TrailError) -> PlayerKeyStore? {
        let path = try TrailFile(path: databasePath).path
        guard access(path + Self.suffix, R_OK) == 0, access(path + Self.masterSuffix, R_OK) == 0,
            let master = try Self.masterFile.load(beside: path)
        else { return nil }
        return try PlayerKeyStore(path: path + Self.suffix, trailID: trailID, master: master, .reading)
    }

    /// For who erases: the files must be there.
    package static func loadForErasure(
        beside databasePath: String,
        trailID: String
    ) throws(TrailError) -> PlayerKeyStore {
        let path = try TrailFile(path: databasePath).path
        guard TrailFile.identity(ofFileAt: path + Self.suffix) != nil else {
            throw TrailError(
                .missing,
                "There are no players' keys at \(path + Self.suffix): nothing in this trail can be erased. AUDIT_PLAYER_KEYS=on makes it so for what comes."
            )
        }
        guard let master = try Self.masterFile.load(beside: path) else { throw Self.noMaster(path) }
        return try PlayerKeyStore(path: path + Self.suffix, trailID: trailID, master: master, .writing)
    }

    private static func noMaster(_ path: String) -> TrailError {
        TrailError(
            .missing,
            "The master key \(path + Self.masterSuffix) is missing, and the players' keys are there: restore it, or remove \(path + Self.suffix) too, which erases every player so far."
        )
    }

    private init(path: String, trailID: String, master: [UInt8], _ use: Use) throws(TrailError) {
        self.path = path
        self.master = SymmetricKey(data: master)
        if use == .writing { try Self.createIfMissing(path) }
        try Self.requirePrivate(path)
        var configuration = Configuration()
        configuration.label = "player-keys"
        configuration.readonly = use == .reading
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON")
            guard use == .writing else { return }
            // What is deleted is overwritten, in the database and, see `erase`, in the one journal.
            try database.execute(
                sql: "PRAGMA secure_delete = ON; PRAGMA journal_mode = PERSIST; PRAGMA synchronous = FULL"
            )
        }
        let name = Array("login-validator players of \(trailID)".utf8)
        let check = Array(HMAC<SHA256>.authenticationCode(for: name, using: self.master))
        do {
            self.database = try DatabaseQueue(path: path, configuration: configuration)
            if use == .writing { try self.database.write { try Self.prepare($0, check) } }
            let isOurs = try self.database.read { database in
                try Data.fetchOne(database, sql: "SELECT master_check FROM vault") == Data(check)
            }
            guard isOurs else {
                throw TrailError(
                    .refused,
                    "The players' keys \(path) are another trail's, or the master key beside them is another's: restore the files that belong together."
                )
            }
        } catch {
            throw TrailError(error, whenTryingTo: "open the players' keys of", path: path)
        }
    }

    private static func createIfMissing(_ path: String) throws(TrailError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            if errno == EEXIST { return }
            throw TrailFile.error(errno, whenTryingTo: "create the players' keys", path: path)
        }
        close(descriptor)
        try TrailFile.synchronizeFolder(of: path)
    }

    private static func requirePrivate(_ path: String) throws(TrailError) {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            throw TrailFile.error(errno, whenTryingTo: "examine the players' keys", path: path)
        }
        guard TrailFile.isPrivate(status) else {
            throw TrailError(
                .refused,
                "The players' keys \(path) must be a file that only this service's user can read and write: chown it to that user and chmod it to 600."
            )
        }
    }

    /// Makes the tables; a file that has them keeps its check.
    private static func prepare(_ database: Database, _ check: [UInt8]) throws {
        try database.execute(
            sql: """
                CREATE TABLE IF NOT EXISTS vault (master_check BLOB NOT NULL) STRICT;
                CREATE TABLE IF NOT EXISTS player_keys (
                    tag BLOB PRIMARY KEY CHECK (length(tag) = 32),
                    handle BLOB NOT NULL UNIQUE CHECK (length(handle) = 16),
                    key BLOB NOT NULL CHECK (length(key) = 32),
                    made_at INTEGER NOT NULL
                ) STRICT, WITHOUT ROWID;
                """
        )
        try database.execute(
            sql: "INSERT INTO vault SELECT ? WHERE NOT EXISTS (SELECT 1 FROM vault)",
            arguments: [Data(check)]
        )
    }

    // MARK: Keys

    func tag(of player: String) -> Data {
        Data(HMAC<SHA256>.authenticationCode(for: Array("player \(player)".utf8), using: self.master))
    }

    /// The keys of players, made for those who have none: durable on return.
    func keys(ofPlayers players: Set<String>) throws(TrailError) -> [String: PlayerKey] {
        guard !players.isEmpty else { return [:] }
        var keys = try self.existingKeys(ofPlayers: players)
        let missing = players.filter { keys[$0] == nil }
        guard !missing.isEmpty else { return keys }
        do {
            try self.database.write { database in
                for player in missing.sorted() {
                    // Another process may have made it meanwhile.
                    if let key = try self.key(ofPlayer: player, database) {
                        keys[player] = key
                        continue
                    }
                    let secret = [UInt8].random(count: PlayerKey.length)
                    let handle = PlayerHandle.random()
                    try database.execute(
                        sql: "INSERT INTO player_keys (tag, handle, key, made_at) VALUES (?, ?, ?, ?)",
                        arguments: [
                            self.tag(of: player), Data(handle.bytes), Data(secret),
                            Timestamp.now.millisecondsSince1970,
                        ]
                    )
                    keys[player] = PlayerKey(handle: handle, key: secret)
                }
            }
        } catch {
            throw TrailError(error, whenTryingTo: "add to the players' keys of", path: self.path)
        }
        return keys
    }

    /// The keys of those players who have one.
    func existingKeys(ofPlayers players: Set<String>) throws(TrailError) -> [String: PlayerKey] {
        try self.reading { database in
            var keys: [String: PlayerKey] = [:]
            for player in players { keys[player] = try self.key(ofPlayer: player, database) }
            return keys
        }
    }

    /// The keys that are still there.
    func keys(of handles: Set<PlayerHandle>) throws(TrailError) -> [PlayerHandle: PlayerKey] {
        guard !handles.isEmpty else { return [:] }
        return try self.reading { database in
            var keys: [PlayerHandle: PlayerKey] = [:]
            for handle in handles {
                let key = try Data.fetchOne(
                    database.cachedStatement(sql: "SELECT key FROM player_keys WHERE handle = ?"),
                    arguments: [Data(handle.bytes)]
                )
                if let key { keys[handle] = PlayerKey(handle: handle, key: Array(key)) }
            }
            return keys
        }
    }

    private func key(ofPlayer player: String, _ database: Database) throws -> PlayerKey? {
        let row = try Row.fetchOne(
            database.cachedStatement(sql: "SELECT handle, key FROM player_keys WHERE tag = ?"),
            arguments: [self.tag(of: player)]
        )
        guard let row, let handle = PlayerHandle(bytes: Array(row[0] as Data)) else { return nil }
        return PlayerKey(handle: handle, key: Array(row[1] as Data))
    }

    private func reading<Value>(_ body: (Database) throws -> Value) throws(TrailError) -> Value {
        do {
            return try self.database.read(body)
        } catch {
            throw TrailError(error, whenTryingTo: "read the players' keys of", path: self.path)
        }
    }
}
