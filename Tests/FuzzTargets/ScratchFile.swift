import Foundation

/// A file with an input, for a decoder that reads files; gone with this value.
final class ScratchFile {
    let path: String

    init(_ bytes: some Sequence<UInt8>) {
        self.path = FileManager.default.temporaryDirectory.appendingPathComponent("fuzz-\(UUID().uuidString)").path
        _ = FileManager.default.createFile(
            atPath: self.path,
            contents: Data(bytes),
            attributes: [.posixPermissions: 0o600]
        )
    }

    deinit {
        try? FileManager.default.removeItem(atPath: self.path)
    }
}
