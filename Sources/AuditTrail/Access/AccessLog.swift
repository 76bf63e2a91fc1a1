import Foundation
import GRDB

/// Who has looked at a trail: an append-only log beside it, hashed as the trail is.
///
/// A database of its own, so that those who read the trail need not be able to write it. Several programs append at
/// the same time, each in a transaction of its own that waits for the others. Every call blocks on the disk and may be
/// made on any thread.
package final class AccessLog: Sendable {
    let path: String
    let queue: DatabaseQueue

    /// What is put behind a trail's path for the log beside it.
    private static let suffix = ".access"

    /// The path of the log beside a trail.
    package static func path(besideTrail path: String) throws(TrailError) -> String {
        try TrailFile(path: path).path + Self.suffix
    }

    /// Opens the log at `path` to add to it, making it if there is none.
    ///
    /// - Throws: ``TrailError``, such as ``TrailError/Code/unwritable`` and ``TrailError/Code/notATrail``.
    package convenience init(path: String) throws(TrailError) {
        let file = try TrailFile(path: path)
        try file.createIfMissing()
        try self.init(file, isReadOnly: false)
    }

    /// Opens the log at `path` to read it.
    ///
    /// - Throws: ``TrailError/Code/missing`` when there is none, among others.
    package convenience init(reading path: String) throws(TrailError) {
        let file = try TrailFile(path: path)
        guard file.identity != nil else {
            throw TrailError(
                .missing,
                "There is no access log at \(path): nobody has looked at the trail, or it was moved."
            )
        }
        try self.init(file, isReadOnly: true)
    }

    private init(_ file: TrailFile, isReadOnly: Bool) throws(TrailError) {
        self.path = file.path
        var configuration = Configuration()
        configuration.label = "access-log"
        configuration.readonly = isReadOnly
        configuration.busyMode = .timeout(Self.maximumWait)
        configuration.prepareDatabase { database in
            try database.execute(
                sql: """
                    PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA synchronous = FULL;
                    PRAGMA recursive_triggers = ON
                    """
            )
        }
        do {
            self.queue = try DatabaseQueue(path: file.path, configuration: configuration)
            try self.prepare(isReadOnly: isReadOnly)
        } catch {
            throw TrailError(error, whenTryingTo: "open", path: file.path, of: .accessLog)
        }
    }

    /// How long an append waits for those of others, in seconds.
    private static let maximumWait: Double = 10

    /// Releases the file. Idempotent.
    package func close() {
        try? self.queue.close()
    }

    /// Adds an entry; it is durable on return.
    ///
    /// - Returns: its number.
    /// - Throws: ``TrailError/Code/invalid`` when it is too long; otherwise nothing was added and nothing may be shown.
    @discardableResult
    package func record(_ entry: AccessEntry) throws(TrailError) -> Int64 {
        do {
            return try self.queue.writeWithoutTransaction { database in
                var index: Int64 = 0
                try database.inTransaction(.immediate) {
                    index = try Self.append(entry, path: self.path, database)
                    return .commit
                }
                return index
            }
        } catch {
            throw TrailError(error, whenTryingTo: "write", path: self.path, of: .accessLog)
        }
    }

    private static func append(_ entry: AccessEntry, path: String, _ database: Database) throws -> Int64 {
        let index = try Self.size(database)
        let document = entry.document(at: index)
        guard document.utf8.count <= AccessEntry.maximumLength else {
            throw TrailError(
                .invalid,
                "What is asked takes more than \(AccessEntry.maximumLength) bytes in the access log: ask for less at once."
            )
        }
        var frontier = try Self.tree(database, path: path).frontier(size: index)
        let leaf = MerkleHash.leaf(document.utf8)
        try database.execute(
            sql: "INSERT INTO accesses (\"index\", document, leaf_hash) VALUES (?, ?, ?)",
            arguments: [index, document, Data(leaf.bytes)]
        )
        try frontier.append(leaf) { node, hash in
            guard node.isStored else { return }
            try database.execute(sql: TrailSchema.insertNode, arguments: [node.level, node.position, Data(hash.bytes)])
        }
        return index
    }

    /// How many entries there are, and the root of the tree over them.
    package func head() throws(TrailError) -> AccessLogHead {
        try self.read { database in
            let size = try Self.size(database)
            return AccessLogHead(size: size, root: try Self.tree(database, path: self.path).root(size: size))
        }
    }

    /// Whether the log still begins with what it was then.
    package func continues(_ head: AccessLogHead) throws(TrailError) -> Bool {
        try self.read { database in
            guard head.size <= (try Self.size(database)) else { return false }
            return try Self.tree(database, path: self.path).root(size: head.size) == head.root
        }
    }

    /// Entries by number and document, newest first.
    ///
    /// - Parameter before: only entries with a lower number.
    package func documents(before: Int64? = nil, limit: Int) throws(TrailError) -> [(index: Int64, document: String)] {
        try self.read { database in
            try database.rows(
                "SELECT \"index\", document FROM accesses WHERE \"index\" < ? ORDER BY \"index\" DESC LIMIT ?",
                binding: [before ?? .max, Int64(limit)]
            ) { ($0.integer(0) ?? 0, $0.text(1) ?? "") }
        }
    }

    /// Copies the log as of one moment into a new file.
    ///
    /// - Throws: ``TrailError/Code/cannotOpen`` when there is a file at `path` already, among others.
    package func backUp(to path: String) throws(TrailError) {
        let file = try TrailFile(path: path)
        guard file.identity == nil else {
            throw TrailError(.cannotOpen, "There is a file at \(path) already: choose another path for the copy.")
        }
        try file.createIfMissing()
        do {
            let copy = try DatabaseQueue(path: file.path)
            try self.queue.backup(to: copy)
            try copy.close()
        } catch {
            throw TrailError(error, whenTryingTo: "copy", path: self.path, of: .accessLog)
        }
        try TrailFile.synchronizeFolder(of: file.path)
    }

    func read<Value>(_ body: (Database) throws -> Value) throws(TrailError) -> Value {
        do {
            return try self.queue.read(body)
        } catch {
            throw TrailError(error, whenTryingTo: "read", path: self.path, of: .accessLog)
        }
    }

    static func size(_ database: Database) throws -> Int64 {
        try Int64.fetchOne(database, sql: "SELECT ifnull(max(\"index\"), -1) + 1 FROM accesses") ?? 0
    }

    static func tree(_ database: Database, path: String) throws -> MerkleTree<any Error> {
        try MerkleTree(database, leaves: "SELECT leaf_hash FROM accesses WHERE \"index\" = ?") { node in
            TrailError(
                .corrupt,
                "The access log \(path) lacks the hash of the entries \(node.firstLeaf) to \(node.end - 1): keep the file for examination and restore a copy."
            )
        }
    }
}
