import AuditTrail
import Foundation
import LoginContracts

/// Checkpoints that an auditor kept: notes in a file, one behind the other.
enum CheckpointFile {
    /// The longest file that is read, in bytes: some ten thousand checkpoints.
    static let maximumLength = 4_194_304

    /// - Parameter keys: one of them must have signed each checkpoint.
    static func read(_ path: String, verifiedBy keys: [NoteVerifier]) throws -> [SignedCheckpoint] {
        guard let handle = FileHandle(forReadingAtPath: path) else {
            throw CommandFailure(.usage, "The file of checkpoints \(path) does not exist or is not readable.")
        }
        let data = try handle.read(upToCount: Self.maximumLength + 1) ?? Data()
        guard data.count <= Self.maximumLength, let text = String(data: data, encoding: .utf8) else {
            throw CommandFailure(
                .usage,
                "The file of checkpoints \(path) is not UTF-8, or longer than \(Self.maximumLength) bytes."
            )
        }
        let notes = SignedNote.split(text)
        guard !notes.isEmpty else { throw CommandFailure(.usage, "The file \(path) holds no checkpoint.") }
        return try notes.enumerated().map { place, note in
            for key in keys {
                if let signed = SignedCheckpoint(note: note, verifier: key, signedAt: Timestamp(0)) { return signed }
            }
            throw CommandFailure(
                .failed,
                "Checkpoint \(place + 1) of the file \(path) is none, or none of the known keys has signed it: give the right --key."
            )
        }
    }
}
