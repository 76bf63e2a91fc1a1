import Foundation

/// Keeps a trail's files from changing their names while somebody opens them.
///
/// SQLite finds a database's WAL by the name beside it. Whoever opened the database just before the writer seals it, and
/// the WAL just after, would take the next file's WAL for this one's. So readers hold the lock together while they open a
/// connection, and the writer alone while it seals: an advisory lock (`flock(2)`) on the folder, which needs no file and no
/// right to write. A file system without such locks does without; readers look again at which file they have opened.
struct FolderLock: ~Copyable {
    private let descriptor: CInt

    /// How often a reader tries while the writer seals, and the pause between in microseconds: 2 s together. The kernel
    /// would wait without an end, also for a writer that was stopped.
    private static let attempts = 1000
    private static let pause: UInt32 = 2000

    /// Waits for a writer that is sealing.
    ///
    /// - Throws: ``TrailError/Code/locked`` when that takes too long.
    static func shared(besides path: String) throws(TrailError) -> FolderLock {
        let lock = FolderLock(folderOf: path)
        for _ in 0..<Self.attempts {
            if lock.take(LOCK_SH) { return lock }
            usleep(Self.pause)
        }
        throw TrailError(.locked, "The writer of the audit trail \(path) is busy with its files: try again.")
    }

    /// - Returns: `nil` while a reader is opening the trail.
    static func exclusive(besides path: String) -> FolderLock? {
        let lock = FolderLock(folderOf: path)
        guard lock.take(LOCK_EX) else { return nil }
        return lock
    }

    private init(folderOf path: String) {
        let folder = (path as NSString).deletingLastPathComponent
        self.descriptor = open(folder.isEmpty ? "." : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    }

    deinit {
        if self.descriptor >= 0 { close(self.descriptor) }
    }

    /// False only when somebody else has it.
    private func take(_ operation: CInt) -> Bool {
        guard self.descriptor >= 0 else { return true }
        return flock(self.descriptor, operation | LOCK_NB) == 0 || errno != EWOULDBLOCK
    }
}
