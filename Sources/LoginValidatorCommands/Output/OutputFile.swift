import Foundation

/// A result that goes to a file or to standard output.
struct OutputFile {
    /// How much is gathered before it is written, in bytes.
    static let chunk = 65_536

    private let handle: FileHandle
    private let path: String?

    /// - Parameter path: a file that does not exist yet, made for its owner only; `nil` for standard output.
    init(_ path: String?) throws {
        self.path = path
        guard let path else {
            self.handle = .standardOutput
            return
        }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            let reason = errno
            throw CommandFailure(.usage, "The file \(path) cannot be made: \(String(cString: strerror(reason))).")
        }
        self.handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    /// Writes at once: a result that cannot be written whole is a failure.
    func write(_ bytes: [UInt8]) throws {
        do {
            try self.handle.write(contentsOf: Data(bytes))
        } catch {
            throw CommandFailure(.failed, "The result cannot be written to \(self.path ?? "standard output").")
        }
    }

    /// Makes a file durable.
    func finish() throws {
        guard let path else { return }
        guard fsync(self.handle.fileDescriptor) == 0 else {
            throw CommandFailure(.failed, "The file \(path) cannot be saved: \(String(cString: strerror(errno))).")
        }
    }

    static func write(_ bytes: [UInt8], to path: String) throws {
        let file = try OutputFile(path)
        try file.write(bytes)
        try file.finish()
    }
}
