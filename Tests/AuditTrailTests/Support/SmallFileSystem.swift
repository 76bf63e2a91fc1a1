import Foundation
import Testing

/// A file system of a few hundred KiB in memory, mounted for a test, so that a full disk is a real one.
///
/// Only root may mount; a test that needs it is skipped for everybody else.
final class SmallFileSystem {
    let path: String

    static var isPossible: Bool { geteuid() == 0 && Self.canMount }

    /// A container's root may lack the right.
    private static let canMount: Bool = (try? SmallFileSystem(kibibytes: 64)) != nil

    struct CannotMount: Error {
        var reason: String
    }

    init(kibibytes: Int) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("small-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        guard mount("tmpfs", folder.path, "tmpfs", 0, "size=\(kibibytes)k") == 0 else {
            let reason = String(cString: strerror(errno))
            try? FileManager.default.removeItem(at: folder)
            throw CannotMount(reason: reason)
        }
        self.path = folder.path
    }

    deinit {
        umount2(self.path, CInt(MNT_DETACH))
        rmdir(self.path)
    }

    var database: String { self.path + "/audit.db" }

    /// Mounts it once more, with other options; the files stay.
    func remount(readOnly: Bool) throws {
        let flags = UInt(MS_REMOUNT) | (readOnly ? UInt(MS_RDONLY) : 0)
        guard mount("tmpfs", self.path, "tmpfs", flags, nil) == 0 else {
            throw CannotMount(reason: String(cString: strerror(errno)))
        }
    }

    /// Takes all space that is left, and gives the path of the file that has it.
    func fill() throws -> String {
        let path = self.path + "/ballast"
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        let block = [UInt8](repeating: 0, count: 4096)
        while write(descriptor, block, block.count) == block.count {}
        return path
    }
}
