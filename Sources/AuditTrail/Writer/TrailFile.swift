import Foundation
import LoginContracts

/// The database file as the file system sees it: where it is, which file it is, and how it comes to be.
struct TrailFile: Hashable, Sendable {
    /// Absolute, every symbolic link resolved. So two spellings of a path meet the same lock, and none is taken by
    /// SQLite for a URI or for `:memory:`.
    let path: String

    /// What stays the same when a file is renamed, and differs when another takes its place.
    struct Identity: Hashable, Sendable {
        var device: UInt64
        var inode: UInt64

        init(_ status: stat) {
            self.device = UInt64(truncatingIfNeeded: status.st_dev)
            self.inode = UInt64(status.st_ino)
        }
    }

    /// - Throws: ``TrailError/Code/cannotOpen`` when the folder does not exist or the path is a folder or device.
    init(path: String) throws(TrailError) {
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw TrailError(.cannotOpen, "The audit trail's path is empty or holds a NUL: give the path of a file.")
        }
        var status = stat()
        if stat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFREG else {
                throw TrailError(
                    .cannotOpen,
                    "The audit trail's path \(path) is a folder or device: give the path of a file in that folder."
                )
            }
            guard let resolved = Self.resolved(path) else {
                throw Self.error(errno, whenTryingTo: "find", path: path)
            }
            self.path = resolved
            return
        }
        guard errno == ENOENT else { throw Self.error(errno, whenTryingTo: "find", path: path) }
        let (folder, name) = Self.split(path)
        guard let resolved = Self.resolved(folder) else {
            let reason = errno
            guard reason == ENOENT else { throw Self.error(reason, whenTryingTo: "find the folder of", path: path) }
            throw TrailError(
                .cannotOpen,
                "The folder \(folder) of the audit trail \(path) does not exist: create it."
            )
        }
        guard !name.isEmpty, name != ".", name != ".." else {
            throw TrailError(.cannotOpen, "The audit trail's path \(path) ends without a file name: add one.")
        }
        self.path = resolved == "/" ? "/\(name)" : "\(resolved)/\(name)"
    }

    /// The file that is at the path now, `nil` when there is none.
    var identity: Identity? { Self.identity(ofFileAt: self.path) }

    static func identity(ofFileAt path: String) -> Identity? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return Identity(status)
    }

    /// Makes an empty file unless there is one, readable by the owner's group and written by the owner.
    ///
    /// An existing file is not even opened: closing a descriptor of it would drop the locks that SQLite holds on it for
    /// a reader in this process. The new name is durable when the call returns.
    func createIfMissing() throws(TrailError) {
        let descriptor = open(self.path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else {
            if errno == EEXIST { return }
            throw Self.error(errno, whenTryingTo: "create", path: self.path)
        }
        close(descriptor)
        try Self.synchronizeFolder(of: self.path)
    }

    /// Refuses a database without any content beside a WAL with some.
    ///
    /// No crash leaves that, because the database gets its first page before there is a WAL. SQLite would delete the WAL
    /// and begin anew, and the last entries would be gone with nobody told.
    func requireContent() throws(TrailError) {
        // SQLite takes a file of one byte for an empty one too.
        guard let size = Self.size(ofFileAt: self.path), size <= 1, let log = Self.size(ofFileAt: self.path + "-wal"),
            log > 0
        else {
            return
        }
        throw TrailError(
            .corrupt,
            """
            The audit trail \(self.path) has lost its content, for it is empty and \(self.path)-wal is not: restore a copy, \
            or move both away to begin another trail.
            """
        )
    }

    private static func size(ofFileAt path: String) -> Int64? {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_size) : nil
    }

    /// Whether it is a file that only this process' user can read and write.
    static func isPrivate(_ status: stat) -> Bool {
        status.st_mode & S_IFMT == S_IFREG && status.st_mode & 0o077 == 0 && status.st_uid == geteuid()
    }

    static var processID: Int32 { getpid() }

    /// Removes a name, if it is there.
    static func remove(_ path: String) throws(TrailError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw Self.error(errno, whenTryingTo: "remove", path: path) }
    }

    /// Makes a file's name in its folder durable.
    static func synchronizeFolder(of path: String) throws(TrailError) {
        let folder = Self.split(path).folder
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.error(errno, whenTryingTo: "open the folder of", path: path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw Self.error(errno, whenTryingTo: "save the folder of", path: path) }
    }

    /// Makes a file's content durable that no connection of this process has open: closing its descriptor drops every lock
    /// that the process has on it.
    static func synchronizeUnopened(_ path: String) throws(TrailError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.error(errno, whenTryingTo: "open", path: path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw Self.error(errno, whenTryingTo: "save", path: path) }
    }

    /// The error for a failed system call.
    static func error(
        _ reason: CInt,
        whenTryingTo action: String,
        path: String,
        file: StaticString = #fileID,
        line: UInt = #line
    ) -> TrailError {
        let code: TrailError.Code =
            switch reason {
            case EACCES, EPERM, EROFS: .unwritable
            case ENOSPC, EDQUOT: .full
            case EIO: .io
            default: .cannotOpen
            }
        return TrailError(
            code,
            """
            Cannot \(action) \(path): \(String(cString: strerror(reason))). Check the path, its owner and its \
            permissions.
            """,
            file: file,
            line: line
        )
    }

    private static func split(_ path: String) -> (folder: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return (".", path) }
        let folder = path[..<slash]
        return (folder.isEmpty ? "/" : String(folder), String(path[path.index(after: slash)...]))
    }

    private static func resolved(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}

extension Timestamp {
    /// The host's clock (`CLOCK_REALTIME`).
    static var now: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}
