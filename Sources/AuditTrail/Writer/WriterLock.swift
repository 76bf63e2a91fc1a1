import Foundation

/// The claim to be the only writer of a trail, held for the writer's life.
///
/// An advisory lock (`flock(2)`) on a file of its own beside the database. Not on the database: closing any descriptor
/// of that file would drop the locks that SQLite holds on it. The kernel releases the claim when the process ends,
/// however it ends, so nothing is left over after a crash; the file itself stays.
final class WriterLock: Sendable {
    private let path: String
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
                Another instance\(holder.map { " (\($0))" } ?? "") is writing the audit trail \(databasePath): \
                stop it, or give this instance an audit database of its own.
                """
            )
        }
        self.path = path
        self.descriptor = descriptor
        // For the message above, in the other instance. The lock counts, not this text, so a failure does no harm.
        let text = "\(getpid()) \(Self.hostName)\n"
        _ = ftruncate(descriptor, 0)
        _ = text.utf8.withContiguousStorageIfAvailable { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }

    deinit {
        // Closing alone does not release it while a child process has the descriptor too, between its fork and its exec.
        flock(self.descriptor, LOCK_UN)
        close(self.descriptor)
    }

    /// Whether the file is still the one that another instance would try to lock.
    ///
    /// Somebody who deletes it lets a second instance in; from then on the claim is worth nothing.
    var isInPlace: Bool {
        var status = stat()
        guard fstat(self.descriptor, &status) == 0 else { return false }
        return TrailFile.identity(ofFileAt: self.path) == TrailFile.Identity(status)
    }

    private static var hostName: String {
        var buffer = [CChar](repeating: 0, count: 65)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Who holds the lock, as far as the lock file tells.
    private static func holder(_ descriptor: CInt) -> String? {
        var bytes = [UInt8](repeating: 0, count: 128)
        let count = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
        guard count > 0 else { return nil }
        let words = String(decoding: bytes.prefix(count), as: UTF8.self).split(whereSeparator: \.isWhitespace)
        // Anybody who may write the file may have written anything.
        guard let process = words.first.flatMap({ Int32($0) }) else { return nil }
        let host = words.dropFirst().first.map(String.init) ?? ""
        let isName = !host.isEmpty && host.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        return isName ? "process \(process) on \(host)" : "process \(process)"
    }
}
