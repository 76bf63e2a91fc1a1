import Foundation
import LoginContracts

/// Reads an access token from a file or from stdin; never from the arguments, which every process can see.
enum TokenInput {
    /// More than any token, with room for a line end.
    static let maximumBytes = AccessToken.maximumLength + 2

    /// - Parameter path: the file, or `nil` for stdin.
    static func read(from path: String?) throws -> AccessToken {
        let source = path.map { "the file \($0)" } ?? "standard input"
        let handle: FileHandle
        if let path {
            guard let file = FileHandle(forReadingAtPath: path) else {
                throw CommandFailure(.usage, "The token cannot be read: \(source) does not exist or is not readable.")
            }
            handle = file
        } else {
            if isatty(STDIN_FILENO) == 1 {
                Terminal.remark("Type or paste the access token, then Return and Ctrl-D:\n")
            }
            handle = .standardInput
        }
        var bytes = Data()
        while bytes.count <= Self.maximumBytes, let chunk = try handle.read(upToCount: 4096), !chunk.isEmpty {
            bytes.append(chunk)
        }
        let text = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .newlines)
        guard let token = AccessToken(text) else {
            throw CommandFailure(
                .usage,
                "What \(source) holds is not an access token: 1 to \(AccessToken.maximumLength) visible ASCII characters."
            )
        }
        return token
    }
}
