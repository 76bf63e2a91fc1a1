import Foundation

/// A file that the configuration names, read once: bounded, as UTF-8, never waiting.
///
/// Its type and permissions are asked of the path, its size of the bytes that were read.
struct BoundedFile {
    /// The text without a byte order mark, which editors of some systems write.
    let text: String
    let permissions: FilePermissions

    /// Linux's PATH_MAX.
    static let maximumPathLength = 4096
    /// Characters of a path that a message shows.
    static let maximumShownPathLength = 256

    /// - Parameters:
    ///   - origin: What pointed to the file; its rule is filled in.
    ///   - maximumBytes: A larger file is a problem and is not read to its end.
    init(
        _ path: String,
        named origin: ConfigurationError.Problem,
        maximumBytes: Int
    ) throws(ConfigurationError.Problem) {
        guard path.isPath else { throw origin.with("is not a path; name a file.") }
        // Without O_NONBLOCK, opening a FIFO waits for somebody who writes to it.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw origin.naming(path, "cannot be read: \(String(cString: strerror(errno))).")
        }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        guard let permissions = FilePermissions(path), permissions.isRegularFile else {
            throw origin.naming(path, "is not a regular file; name one.")
        }
        guard let bytes = try? file.read(upToCount: maximumBytes + 1) ?? Data() else {
            throw origin.naming(path, "cannot be read.")
        }
        guard bytes.count <= maximumBytes else {
            throw origin.naming(path, "is larger than \(maximumBytes) bytes; shorten it.")
        }
        guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
            throw origin.naming(path, "is not UTF-8 text; save it as such.")
        }
        self.text = text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
        self.permissions = permissions
    }

    /// A remark if others than the owner can do with the file what they should not.
    func permissionWarning(_ path: String, named name: String, holdsSecrets: Bool) -> String? {
        self.permissions.warning("\(name) names", path, holdsSecrets ? .secrets : .settings)
    }

    /// A path fit for a message.
    static func shown(_ path: String) -> String {
        String(path.prefix(Self.maximumShownPathLength)).withoutControlCharacters
    }
}

extension ConfigurationError.Problem {
    /// The same setting, another rule.
    func with(_ rule: String) -> Self {
        var problem = self
        problem.rule = rule
        return problem
    }

    /// The setting names a file, and something is wrong with that.
    func naming(_ path: String, _ rule: String) -> Self {
        self.with("names \(BoundedFile.shown(path)), which \(rule)")
    }
}

extension String {
    /// Whether the text can be a path: not empty, bounded, no control characters.
    var isPath: Bool {
        (1...BoundedFile.maximumPathLength).contains(self.utf8.count)
            && self.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    }
}
