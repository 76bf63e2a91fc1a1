import Foundation
import GRDB

extension PlayerKeyStore {
    /// Destroys a player's key, and with it what tells which handle was the player's.
    ///
    /// Overwritten and durable on return, in the database and in its journal; then both files are looked through for what
    /// may be left of the row, and if anything is, the database is written anew. What a file system or a disk keeps of
    /// overwritten blocks is beyond this program.
    ///
    /// - Returns: the handle that stands in the entries; `nil` when the player has no key.
    package func erase(player: String) throws(TrailError) -> PlayerHandle? {
        let tag = self.tag(of: player)
        do {
            let row = try self.database.writeWithoutTransaction { database -> (handle: Data, key: Data)? in
                try database.execute(sql: "BEGIN IMMEDIATE")
                do {
                    let row = try Row.fetchOne(
                        database,
                        sql: "SELECT handle, key FROM player_keys WHERE tag = ?",
                        arguments: [tag]
                    )
                    guard let row else {
                        try database.execute(sql: "ROLLBACK")
                        return nil
                    }
                    let found = (handle: row[0] as Data, key: row[1] as Data)
                    try database.execute(sql: "DELETE FROM player_keys WHERE tag = ?", arguments: [tag])
                    try database.execute(sql: "COMMIT")
                    return found
                } catch {
                    if database.isInsideTransaction { try? database.execute(sql: "ROLLBACK") }
                    throw error
                }
            }
            // Also when there is no row: an erasure that a crash cut short left the journal as it was.
            try self.wipeJournal()
            guard let row else { return nil }
            let traces = [row.key, row.handle, tag]
            if try Self.file(self.path, holds: traces) {
                try self.database.writeWithoutTransaction { try $0.execute(sql: "VACUUM") }
                try self.wipeJournal()
            }
            guard try !Self.file(self.path, holds: traces) else {
                throw TrailError(
                    .io,
                    "The key is deleted and its bytes are still in \(self.path): run VACUUM on it, with a copy kept nowhere."
                )
            }
            return PlayerHandle(bytes: Array(row.handle))
        } catch {
            throw TrailError(error, whenTryingTo: "erase from the players' keys of", path: self.path)
        }
    }

    /// Overwrites what the journal has of earlier contents of the database.
    ///
    /// Under SQLite's write lock, so that no other process is writing a journal; nothing of ours is in it.
    private func wipeJournal() throws {
        try self.database.writeWithoutTransaction { database in
            try database.execute(sql: "BEGIN IMMEDIATE")
            defer { try? database.execute(sql: "ROLLBACK") }
            let descriptor = open(self.path + "-journal", O_WRONLY | O_CLOEXEC | O_NOFOLLOW)
            guard descriptor >= 0 else {
                if errno == ENOENT { return }
                throw TrailFile.error(errno, whenTryingTo: "overwrite the journal of", path: self.path)
            }
            defer { close(descriptor) }
            var status = stat()
            guard fstat(descriptor, &status) == 0 else {
                throw TrailFile.error(errno, whenTryingTo: "overwrite the journal of", path: self.path)
            }
            let zeros = [UInt8](repeating: 0, count: 65_536)
            var offset: off_t = 0
            while offset < status.st_size {
                let count = pwrite(descriptor, zeros, min(zeros.count, Int(status.st_size - offset)), offset)
                guard count > 0 else {
                    throw TrailFile.error(errno, whenTryingTo: "overwrite the journal of", path: self.path)
                }
                offset += off_t(count)
            }
            guard fsync(descriptor) == 0, ftruncate(descriptor, 0) == 0 else {
                throw TrailFile.error(errno, whenTryingTo: "overwrite the journal of", path: self.path)
            }
        }
    }

    /// Whether a file has any of these bytes, looked for in pieces.
    ///
    /// Closing it would drop SQLite's locks on it in this process; outside of transactions there are none.
    private static func file(_ path: String, holds traces: [Data]) throws -> Bool {
        guard let handle = FileHandle(forReadingAtPath: path) else {
            throw TrailFile.error(ENOENT, whenTryingTo: "look through", path: path)
        }
        defer { try? handle.close() }
        let overlap = (traces.map(\.count).max() ?? 1) - 1
        var rest = Data()
        while let piece = try handle.read(upToCount: 1 << 20), !piece.isEmpty {
            let window = rest + piece
            if traces.contains(where: { window.range(of: $0) != nil }) { return true }
            rest = Data(window.suffix(overlap))
        }
        return false
    }
}
