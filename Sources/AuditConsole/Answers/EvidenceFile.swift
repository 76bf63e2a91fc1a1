import AuditTrail
import Foundation

/// A document that is made whole before any of it is sent: a file without a name, which is gone with the last reference.
///
/// It may be larger than memory should hold, and what goes wrong while it is made can still be said.
final class EvidenceFile: Sendable {
    private let descriptor: CInt

    /// How much is read at a time, in bytes.
    static let chunk = 65_536

    init() throws(TrailError) {
        var path = Array((NSTemporaryDirectory() + "/audit-evidence-XXXXXX").utf8CString)
        let descriptor = mkstemp(&path)
        guard descriptor >= 0 else { throw Self.error("made") }
        unlink(path)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        self.descriptor = descriptor
    }

    deinit {
        close(self.descriptor)
    }

    /// Writes behind what was written before; one thread at a time.
    func append(_ bytes: [UInt8]) throws(TrailError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(self.descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Self.error("written") }
            rest = rest.dropFirst(count)
        }
    }

    /// At most ``chunk`` bytes from a place on; none at the end.
    func bytes(at place: Int) throws(TrailError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Self.chunk)
        let count = bytes.withUnsafeMutableBytes { pread(self.descriptor, $0.baseAddress, $0.count, off_t(place)) }
        guard count >= 0 else { throw Self.error("read") }
        return Array(bytes.prefix(count))
    }

    /// In bytes.
    var size: Int {
        var status = stat()
        return fstat(self.descriptor, &status) == 0 ? Int(status.st_size) : 0
    }

    private static func error(_ action: String) -> TrailError {
        TrailError(
            .io,
            "A file for evidence cannot be \(action) in \(NSTemporaryDirectory()): \(String(cString: strerror(errno)))."
        )
    }
}
