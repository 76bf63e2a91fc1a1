import Foundation

/// The claim to be the only writer of a trail, held for the writer's life.
///
/// An advisory lock (`flock(2)`) on a file of its own beside the database. Not on the database: closing any descriptor
/// of that file would drop the locks that SQLite holds on it. The kernel releases the claim when the process ends,
/// however it ends, so nothing is left over after a crash; the file itself stays.
final class WriterLock: Sendable {
    private let descriptor: CInt

    /// Claims the trail, or throws ``TrailError/Code/locked`` at once.
    init(databasePath: String) throws(TrailError) {
        let path = databasePath + ".lock"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o640)
        guard descriptor >= 0 else {
            throw TrailFile.error(errno, whenTryingTo: "create the lock file", path: path)
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno
            let holder = Self.holder(descriptor)
            close(descriptor)
            guard reason == EWOULDBLOCK else {
                throw TrailFile.error(reason, whenTryingTo: "lock", path: path)
            }
            throw TrailError(
                .locked,
                """
                Another instance\(holder.map { " (process \($0))" } ?? "") is writing the audit trail \(databasePath): \
                stop it, or give this instance an audit database of its own.
                """
            )
        }
        self.descriptor = descriptor
        // For the message above, in the other instance. The lock counts, not this text, so a failure does no harm.
        let text = "\(getpid())\n"
        _ = ftruncate(descriptor, 0)
        _ = text.utf8.withContiguousStorageIfAvailable { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }

    deinit {
        close(self.descriptor)
    }

    /// The process id in the lock file, if it is one.
    private static func holder(_ descriptor: CInt) -> Int32? {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
        guard count > 1 else { return nil }
        return Int32(String(decoding: bytes.prefix(count - 1), as: UTF8.self))
    }
}
