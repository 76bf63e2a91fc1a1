import Foundation

/// Which files stand at a trail's path: the database and what SQLite keeps beside it.
///
/// A file that is deleted or replaced while it is open goes on existing for the one who has it open, and takes every
/// write without an error. So the writer compares before it begins and again before it reports success. The WAL and its
/// index count as much as the database: the newest entries are only in the WAL, and another index would let another
/// program take our place in the WAL.
struct TrailPlace: Hashable, Sendable {
    var database: TrailFile.Identity?
    var log: TrailFile.Identity?
    var logIndex: TrailFile.Identity?

    init(_ file: TrailFile) {
        self.database = file.identity
        self.log = TrailFile.identity(ofFileAt: file.path + "-wal")
        self.logIndex = TrailFile.identity(ofFileAt: file.path + "-shm")
    }
}

extension TrailFile {
    /// A descriptor by which this process has the file open, even if it has no name any more.
    ///
    /// Only the file system under `/proc` can tell; elsewhere there is no answer.
    static func openDescriptor(of identity: Identity) -> CInt? {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") else { return nil }
        return names.lazy.compactMap { CInt($0) }.sorted().first { descriptor in
            var status = stat()
            guard fstat(descriptor, &status) == 0 else { return false }
            return Identity(status) == identity
        }
    }
}
