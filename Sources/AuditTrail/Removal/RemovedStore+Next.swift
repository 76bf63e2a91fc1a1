import Foundation
import GRDB
import LoginContracts

/// How one file of what is kept is succeeded by the next, which has everything that it has, and another removal.
extension RemovedStore {
    private static func next(beside databasePath: String) throws(TrailError) -> TrailFile {
        try TrailFile(path: databasePath + Self.suffix + ".next")
    }

    /// Makes the next file: durable on return, and looked at by nobody yet.
    ///
    /// Adding takes its time, and nobody who reads has to wait for it.
    ///
    /// - Parameter body: adds the removal.
    static func prepare<Value>(
        beside databasePath: String,
        trailID: String,
        _ body: (RemovedStore) throws(TrailError) -> Value
    ) throws(TrailError) -> Value {
        let next = try Self.next(beside: databasePath)
        try Self.discardNext(beside: databasePath)
        do throws(TrailError) {
            if let current = try Self.load(beside: databasePath, trailID: trailID) {
                defer { current.close() }
                try current.copy(to: next)
            }
            try next.createIfMissing()
            return try Self.write(next, trailID: trailID, body)
        } catch {
            // Space may be what is wanted.
            try? Self.discardNext(beside: databasePath)
            throw error
        }
    }

    /// The removal that the next file has been prepared with; `nil` when there is no such file, or only a part of one.
    static func prepared(beside databasePath: String, trailID: String) throws(TrailError) -> Removal? {
        let next = try Self.next(beside: databasePath)
        guard next.identity != nil else { return nil }
        let current = try Self.load(beside: databasePath, trailID: trailID)
        defer { current?.close() }
        let known = try current?.removals() ?? []
        do throws(TrailError) {
            let store = try RemovedStore(next, trailID: trailID, .writing)
            defer { store.close() }
            let removals = try store.removals()
            guard removals.dropLast() == known[...] else { return nil }
            return removals.last
        } catch {
            guard [.corrupt, .notATrail].contains(error.code) else { throw error }
            return nil
        }
    }

    /// Puts the next file in the place of the one that there is, with the number of the entry that says of its removal.
    ///
    /// The commit point is the `rename(2)`: durable on return.
    static func commit(
        _ removal: Removal,
        entryIndex: Int64,
        beside databasePath: String,
        trailID: String
    ) throws(TrailError) {
        let next = try Self.next(beside: databasePath)
        let path = databasePath + Self.suffix
        try Self.write(next, trailID: trailID) { store throws(TrailError) in
            try store.write { database in
                try database.execute(
                    sql: "INSERT OR IGNORE INTO removal_entries (first_index, entry_index) VALUES (?, ?)",
                    arguments: [removal.indices.lowerBound, entryIndex]
                )
            }
        }
        guard rename(next.path, path) == 0 else {
            throw TrailFile.error(errno, whenTryingTo: "name what is kept of removed entries", path: path)
        }
        try TrailFile.synchronizeFolder(of: path)
    }

    /// - Returns: what `body` does, when the file is closed and durable.
    private static func write<Value>(
        _ file: TrailFile,
        trailID: String,
        _ body: (RemovedStore) throws(TrailError) -> Value
    ) throws(TrailError) -> Value {
        let store = try RemovedStore(file, trailID: trailID, .writing)
        let result = Result { () throws(TrailError) in try body(store) }
        store.close()
        let value = try result.get()
        try TrailFile.synchronizeUnopened(file.path)
        return value
    }

    /// Throws the next file away.
    static func discardNext(beside databasePath: String) throws(TrailError) {
        let path = databasePath + Self.suffix + ".next"
        for suffix in ["", "-journal"] { try TrailFile.remove(path + suffix) }
    }
}
