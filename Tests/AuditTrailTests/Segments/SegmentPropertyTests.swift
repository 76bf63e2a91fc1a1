import Foundation
import LoginContracts
import Testing

@testable import AuditTrail

/// Random lives of a trail against a tree in memory.
struct SegmentPropertyTests {
    @Test(arguments: 0..<3)
    func anyLifeOfATrailKeepsItsTree(part: Int) throws {
        var random = SeededGenerator(state: UInt64.random(in: 0...(.max)))
        let seed = random.state
        let folder = try TemporaryFolder()
        let signer = try NoteSigner.sample()
        var writer = try TrailWriter(folder)
        var offset: Int64 = 0
        var undelivered: [ClosedRange<Int64>] = []
        var checkpoints: [SignedCheckpoint] = []
        for _ in 0..<40 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<5:
                let count = Int64.random(in: 1...180, using: &random)
                let deliveries = Bool.random(using: &random) ? undelivered : []
                if !deliveries.isEmpty { undelivered = [] }
                let range = try writer.append(
                    ValidationEntry.samples(offset..<(offset + count)),
                    deliveries: deliveries.map { .committed($0) }
                )
                undelivered.append(ClosedRange(range))
                offset += count
            case 5: _ = try writer.append(ServiceEntry.sample())
            case 6:
                if let signed = try writer.checkpoint(signedBy: signer, at: Timestamp(0)), signed != checkpoints.last {
                    checkpoints.append(signed)
                }
            case 7:
                writer.close()
                writer = try TrailWriter(folder)
            default:
                _ = try writer.append([], deliveries: undelivered.map { .committed($0) })
                undelivered = []
                if Bool.random(using: &random) { writer.signSegments(by: signer) }
                try writer.seal(at: Timestamp(0))
            }
        }
        let comment: Comment = "seed \(seed)"
        let reader = try TrailReader(path: folder.database)
        let count = try reader.count()
        #expect(count == writer.nextIndex, comment)
        var leaves: [MerkleHash] = []
        var roots = [MerkleFrontier().root]
        var frontier = MerkleFrontier()
        for index in 0..<count {
            leaves.append(.leaf(try #require(try reader.document(of: index), comment)))
            frontier.append(leaves[Int(index)])
            roots.append(frontier.root)
        }
        for signed in checkpoints { #expect(signed.checkpoint.root == roots[Int(signed.checkpoint.size)], comment) }
        for _ in 0..<100 {
            let size = Int64.random(in: 0...count, using: &random)
            let old = Int64.random(in: 0...size, using: &random)
            let proof = try #require(try reader.consistencyProof(from: old, to: size), comment)
            #expect(
                MerkleProof.verifies(
                    consistencyFrom: (old, roots[Int(old)]),
                    to: (size, roots[Int(size)]),
                    proof: proof
                ),
                comment
            )
            guard size > 0 else { continue }
            let index = Int64.random(in: 0..<size, using: &random)
            let proven = try #require(try reader.provenEntry(at: index, size: size), comment)
            #expect(
                MerkleProof.verifies(
                    inclusionOf: leaves[Int(index)],
                    at: index,
                    proof: proven.proof,
                    size: size,
                    root: roots[Int(size)]
                ),
                comment
            )
        }
        let verified = try TrailVerifier(reader, against: checkpoints, trusted: [signer.verifier]).verify()
        #expect(verified.problems == [], comment)
        #expect(verified.root == roots.last, comment)
        #expect(verified.givenCheckpoints == checkpoints.count, comment)
        let found = try writer.recorded((0..<offset).map { .sample($0) }).entries
        #expect(found.count == Int(offset), comment)
    }
}
