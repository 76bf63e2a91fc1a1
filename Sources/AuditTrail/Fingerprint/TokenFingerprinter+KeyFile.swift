import Foundation
import LoginContracts

extension TokenFingerprinter {
    /// The length of a key that is made here, in bytes.
    package static let newKeyLength = 32

    /// The key in the file `<database>.fingerprint-key`, made if there is none.
    ///
    /// The file holds hexadecimal digits, so that an operator can copy the key into a configuration. A new one appears
    /// under its name with all its content or not at all, and is durable before the first fingerprint is made with it:
    /// fingerprints under a lost key could never be found again. Two instances that start together get the same key.
    ///
    /// - Throws: ``TrailError/Code/refused`` when somebody but the owner may read or write the file, or it belongs to
    ///   another user; ``TrailError/Code/corrupt`` when its content is no key.
    package static func loadOrCreateKey(beside databasePath: String) throws(TrailError) -> [UInt8] {
        let path = try TrailFile(path: databasePath).path + ".fingerprint-key"
        if let key = try self.loadKey(path) { return key }
        try self.createKey(path)
        guard let key = try self.loadKey(path) else {
            throw TrailError(.missing, "The fingerprint key \(path) vanished while it was made: start again.")
        }
        return key
    }

    /// The key in the file `<database>.fingerprint-key`, for those who read a trail and must not make a key.
    ///
    /// - Throws: ``TrailError/Code/missing`` when there is none; else as ``loadOrCreateKey(beside:)``.
    package static func loadKey(beside databasePath: String) throws(TrailError) -> [UInt8] {
        let path = try TrailFile(path: databasePath).path + ".fingerprint-key"
        if let key = try self.loadKey(path) { return key }
        throw TrailError(
            .missing,
            "There is no fingerprint key at \(path): give the key the trail was written with as AUDIT_FINGERPRINT_KEY."
        )
    }

    /// `nil` when there is no file.
    private static func loadKey(_ path: String) throws(TrailError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw TrailFile.error(errno, whenTryingTo: "open the fingerprint key", path: path)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw TrailFile.error(errno, whenTryingTo: "examine the fingerprint key", path: path)
        }
        guard status.st_mode & S_IFMT == S_IFREG, status.st_mode & 0o077 == 0, status.st_uid == geteuid() else {
            throw TrailError(
                .refused,
                """
                The fingerprint key \(path) must be a file that only this service's user can read and write: \
                chown it to that user and chmod it to 600.
                """
            )
        }
        var bytes = [UInt8](repeating: 0, count: Self.maximumKeyLength * 2 + 2)
        let count = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
        guard count >= 0 else { throw TrailFile.error(errno, whenTryingTo: "read the fingerprint key", path: path) }
        guard let key = self.key(fromHexadecimal: bytes.prefix(count)) else {
            throw TrailError(
                .corrupt,
                """
                The fingerprint key \(path) is not \(Self.minimumKeyLength * 2) to \(Self.maximumKeyLength * 2) \
                hexadecimal digits: restore it from a copy, or fingerprints made before cannot be found.
                """
            )
        }
        return key
    }

    /// Writes a random key under another name, and gives it its own name only if that is still free.
    private static func createKey(_ path: String) throws(TrailError) {
        var generator = SystemRandomNumberGenerator()
        let key = (0..<Self.newKeyLength).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let draft = "\(path).\((0..<8).map { _ in UInt8.random(in: 0...255, using: &generator) }.hexadecimal)"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw TrailFile.error(errno, whenTryingTo: "create the fingerprint key", path: path)
        }
        defer {
            close(descriptor)
            unlink(draft)
        }
        let content = Array("\(key.hexadecimal)\n".utf8)
        guard content.withUnsafeBytes({ write(descriptor, $0.baseAddress, $0.count) }) == content.count,
            fchmod(descriptor, 0o600) == 0, fsync(descriptor) == 0
        else { throw TrailFile.error(errno, whenTryingTo: "write the fingerprint key", path: path) }
        // Fails when another instance was faster; then its key counts.
        guard link(draft, path) == 0 || errno == EEXIST else {
            throw TrailFile.error(errno, whenTryingTo: "name the fingerprint key", path: path)
        }
        try TrailFile.synchronizeFolder(of: path)
    }

    /// `nil` unless there is an even number of digits within the bounds, and at most one line end behind them.
    private static func key(fromHexadecimal bytes: ArraySlice<UInt8>) -> [UInt8]? {
        let digits = bytes.last == 0x0A ? bytes.dropLast() : bytes
        let length = digits.count / 2
        guard digits.count.isMultiple(of: 2), (Self.minimumKeyLength...Self.maximumKeyLength).contains(length) else {
            return nil
        }
        var key: [UInt8] = []
        key.reserveCapacity(length)
        for place in stride(from: digits.startIndex, to: digits.endIndex, by: 2) {
            guard let high = self.nibble(digits[place]), let low = self.nibble(digits[place + 1]) else { return nil }
            key.append(high << 4 | low)
        }
        return key
    }

    private static func nibble(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x41...0x46: digit - 0x37
        case 0x61...0x66: digit - 0x57
        default: nil
        }
    }
}
