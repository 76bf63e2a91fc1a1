import Foundation
import LoginContracts
import Testing

@testable import AuditTrail

/// A log never signs two checkpoints that contradict each other.
struct CheckpointTests {
    let folder: TemporaryFolder
    let writer: TrailWriter
    let signer: NoteSigner

    init() throws {
        self.folder = try TemporaryFolder()
        self.writer = try TrailWriter(self.folder)
        self.signer = try .sample()
    }

    private func checkpoint(at time: Int64 = 0) throws -> SignedCheckpoint? {
        try self.writer.checkpoint(signedBy: self.signer, at: Timestamp(time))
    }

    @Test func anEmptyTrailHasNone() throws {
        #expect(try self.checkpoint() == nil)
        #expect(try TrailReader(path: self.folder.database).newestCheckpoint() == nil)
    }

    @Test func aCheckpointCoversEveryEntryAndIsKept() throws {
        _ = try self.writer.append(ValidationEntry.samples(0..<1000), deliveries: [.committed(0...9)])
        let signed = try #require(try self.checkpoint(at: 5))
        #expect(signed.checkpoint.size == 1001)
        #expect(signed.verifier.verifies(try #require(SignedNote(signed.note))))
        // Nothing has come since: the same one.
        #expect(try self.checkpoint(at: 6) == signed)
        _ = try self.writer.append(ValidationEntry.samples(1000..<1001))
        let next = try #require(try self.checkpoint(at: 7))
        let reader = try TrailReader(path: self.folder.database)
        #expect(try reader.newestCheckpoint() == next)
        #expect(try reader.checkpoint(covering: 1000) == signed)
        #expect(try reader.checkpoint(covering: 1001) == next)
        #expect(try reader.checkpoint(covering: 1002) == nil)
        #expect(try reader.checkpoints(above: 0, limit: 10) == [signed, next])
    }

    @Test func everyEntryIsProven() throws {
        _ = try self.writer.append(ValidationEntry.samples(0..<700), deliveries: [.committed(0...699)])
        let size = try #require(try self.checkpoint()).checkpoint.size
        let root = try #require(try self.checkpoint()).checkpoint.root
        _ = try self.writer.append(ValidationEntry.samples(700..<900))
        let reader = try TrailReader(path: self.folder.database)
        for index in Int64(0)..<size {
            let proven = try #require(try reader.provenEntry(at: index, size: size))
            #expect(
                MerkleProof.verifies(
                    inclusionOf: .leaf(proven.document),
                    at: index,
                    proof: proven.proof,
                    size: size,
                    root: root
                )
            )
        }
        #expect(try reader.provenEntry(at: size, size: size) == nil)
        #expect(try reader.provenEntry(at: 0, size: 10_000) == nil)
        let later = try #require(try self.checkpoint()).checkpoint
        let proof = try #require(try reader.consistencyProof(from: size, to: later.size))
        #expect(MerkleProof.verifies(consistencyFrom: (size, root), to: (later.size, later.root), proof: proof))
    }

    @Test func anotherKeySignsOnceTheTrailHasGrown() throws {
        _ = try self.writer.append([.sample(0)])
        _ = try self.checkpoint()
        let other = try NoteSigner.sample(key: 2)
        #expect(try self.writer.checkpoint(signedBy: other, at: Timestamp(1)) == nil)
        _ = try self.writer.append([.sample(1)])
        let signed = try #require(try self.writer.checkpoint(signedBy: other, at: Timestamp(1)))
        #expect(signed.verifier == other.verifier)
    }

    @Test func anOlderCopyIsNotSignedAgainstACheckpointOfTheNewer() throws {
        _ = try self.writer.append(ValidationEntry.samples(0..<10))
        self.writer.close()
        let copy = try TemporaryFolder()
        try FileManager.default.copyItem(atPath: self.folder.database, toPath: copy.database)
        let first = try TrailWriter(self.folder)
        _ = try first.append(ValidationEntry.samples(10..<20))
        let signed = try #require(try first.checkpoint(signedBy: self.signer, at: Timestamp(0)))
        let second = try TrailWriter(copy)
        #expect(throws: TrailError.self) { try second.requireContinuation(of: signed.checkpoint) }
        // Other entries in their places are no continuation either.
        _ = try second.append(ValidationEntry.samples(30..<50))
        let error = #expect(throws: TrailError.self) { try second.requireContinuation(of: signed.checkpoint) }
        #expect(error?.code == .corrupt)
        try first.requireContinuation(of: signed.checkpoint)
    }

    @Test func nothingIsSignedAfterAChange() throws {
        _ = try self.writer.append(ValidationEntry.samples(0..<10))
        _ = try self.checkpoint()
        _ = try self.writer.append(ValidationEntry.samples(10..<20))
        self.writer.close()
        let connection = try PlainConnection(self.folder.database)
        let trigger = try #require(
            try connection.rows("SELECT sql FROM sqlite_schema WHERE name = 'entries_are_never_changed'").first?.first
                ?? nil
        )
        let sql = """
            DROP TRIGGER entries_are_never_changed;
            UPDATE entries SET leaf_hash = zeroblob(32) WHERE "index" = 3;
            \(trigger);
            """
        #expect(connection.execute(sql) == 0, "\(connection.message)")
        let writer = try TrailWriter(self.folder)
        let error = #expect(throws: TrailError.self) {
            try writer.checkpoint(signedBy: self.signer, at: Timestamp(1))
        }
        #expect(error?.code == .corrupt)
    }

    @Test func aForgedCheckpointIsNotTaken() throws {
        _ = try self.writer.append(ValidationEntry.samples(0..<3))
        self.writer.close()
        let connection = try PlainConnection(self.folder.database)
        let forged = try SignedCheckpoint(
            Checkpoint(origin: "login-validator/test", size: 3, root: .ofEmptyTree),
            by: self.signer,
            at: Timestamp(0)
        )
        let note = forged.note.replacing("\n3\n", with: "\n2\n")
        let sql = "INSERT INTO checkpoints VALUES (2, '\(note)', '\(forged.verifier)', 0)"
        #expect(connection.execute(sql) == 0, "\(connection.message)")
        let error = #expect(throws: TrailError.self) { try TrailReader(path: self.folder.database).newestCheckpoint() }
        #expect(error?.code == .corrupt)
    }
}
