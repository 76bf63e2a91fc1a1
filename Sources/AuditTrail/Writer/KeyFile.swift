import Foundation
import LoginContracts

/// A file beside the database that holds a secret key, made at the first start.
///
/// The file holds hexadecimal digits, so that an operator can copy the key into a configuration. A new one appears under
/// its name with all its content or not at all, is durable before it is used, and can be read by its owner only. Two
/// instances that start together get the same key.
struct KeyFile {
    /// Behind the database's path.
    let suffix: String
    /// What messages call the key.
    let name: String
    /// How long a key may be, in bytes.
    let lengths: ClosedRange<Int>
    let newLength: Int
    /// What happens when the key is lost, for messages.
    let loss: String

    func path(beside databasePath: String) throws(TrailError) -> String {
        try TrailFile(path: databasePath).path + self.suffix
    }

    /// The key, made if there is none.
    ///
    /// - Throws: ``TrailError/Code/refused`` when somebody but the owner may read or write the file, or it belongs to
    ///   another user; ``TrailError/Code/corrupt`` when its content is no key.
    func loadOrCreate(beside databasePath: String) throws(TrailError) -> [UInt8] {
        let path = try self.path(beside: databasePath)
        if let key = try self.load(path) { return key }
        try self.create(path)
        guard let key = try self.load(path) else {
            throw TrailError(.missing, "The \(self.name) \(path) vanished while it was made: start again.")
        }
        return key
    }

    /// The key, `nil` when there is none; throws as ``loadOrCreate(beside:)``.
    func load(beside databasePath: String) throws(TrailError) -> [UInt8]? {
        try self.load(try self.path(beside: databasePath))
    }

    /// `nil` when there is no file.
    private func load(_ path: String) throws(TrailError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw TrailFile.error(errno, whenTryingTo: "open the \(self.name)", path: path)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw TrailFile.error(errno, whenTryingTo: "examine the \(self.name)", path: path)
        }
        guard TrailFile.isPrivate(status) else {
            throw TrailError(
                .refused,
                """
                The \(self.name) \(path) must be a file that only this service's user can read and write: \
                chown it to that user and chmod it to 600.
                """
            )
        }
        var bytes = [UInt8](repeating: 0, count: self.lengths.upperBound * 2 + 2)
        let count = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
        guard count >= 0 else { throw TrailFile.error(errno, whenTryingTo: "read the \(self.name)", path: path) }
        guard let key = self.key(fromHexadecimal: bytes.prefix(count)) else {
            throw TrailError(
                .corrupt,
                """
                The \(self.name) \(path) is not \(self.lengths.lowerBound * 2) to \(self.lengths.upperBound * 2) \
                hexadecimal digits: restore it from a copy, or \(self.loss).
                """
            )
        }
        return key
    }

    /// Writes a random key under another name, and gives it its own name only if that is still free.
    private func create(_ path: String) throws(TrailError) {
        let key = [UInt8].random(count: self.newLength)
        let draft = "\(path).\([UInt8].random(count: 8).hexadecimal)"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw TrailFile.error(errno, whenTryingTo: "create the \(self.name)", path: path)
        }
        defer {
            close(descriptor)
            unlink(draft)
        }
        let content = Array("\(key.hexadecimal)\n".utf8)
        guard content.withUnsafeBytes({ write(descriptor, $0.baseAddress, $0.count) }) == content.count,
            fchmod(descriptor, 0o600) == 0, fsync(descriptor) == 0
        else { throw TrailFile.error(errno, whenTryingTo: "write the \(self.name)", path: path) }
        // Fails when another instance was faster; then its key counts.
        guard link(draft, path) == 0 || errno == EEXIST else {
            throw TrailFile.error(errno, whenTryingTo: "name the \(self.name)", path: path)
        }
        try TrailFile.synchronizeFolder(of: path)
    }

    /// `nil` unless there is an even number of digits within the bounds, and at most one line end behind them.
    private func key(fromHexadecimal bytes: ArraySlice<UInt8>) -> [UInt8]? {
        let digits = bytes.last == 0x0A ? bytes.dropLast() : bytes
        guard self.lengths.contains(digits.count / 2) else { return nil }
        return [UInt8](hexadecimal: String(decoding: digits, as: UTF8.self), count: digits.count / 2)
    }
}
