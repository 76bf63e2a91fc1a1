import Foundation

/// A file system of a few MiB in memory in a folder's place, so that a full disk is a real one. Only root may mount.
struct MountedFolder {
    let path: String

    static let isPossible: Bool = {
        guard geteuid() == 0, let folder = try? TemporaryFolder(),
            let mounted = try? MountedFolder(folder.path, mebibytes: 1)
        else { return false }
        mounted.unmount()
        return true
    }()

    init(_ path: String, mebibytes: Int) throws {
        guard mount("tmpfs", path, "tmpfs", 0, "size=\(mebibytes)m") == 0 else {
            throw Failure("Cannot mount a file system at \(path): \(String(cString: strerror(errno)))")
        }
        self.path = path
    }

    /// The folder is what it was; whoever has a file open keeps it.
    func unmount() {
        umount2(self.path, CInt(MNT_DETACH))
    }

    private var ballast: String { self.path + "/ballast" }

    /// Takes all space that is left.
    func fill() throws {
        let descriptor = open(self.ballast, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        guard descriptor >= 0 else { throw Failure("Cannot make \(self.ballast)") }
        defer { close(descriptor) }
        for length in [1 << 16, 1 << 12, 1] {
            let block = [UInt8](repeating: 0, count: length)
            while write(descriptor, block, block.count) == block.count {}
        }
    }

    /// Gives the space back.
    func makeSpace() {
        unlink(self.ballast)
    }
}
