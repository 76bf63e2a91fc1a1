import Foundation
import LoginContracts
import Testing

@testable import AuditTrail

/// Random lives of a trail whose oldest segments are removed, against a tree in memory.
struct RemovalPropertyTests {
    @Test(arguments: 0..<3)
    func everyLaterProofHolds(part: Int) throws {
        var random = SeededGenerator(state: UInt64.random(in: 0...(.max)))
        let seed = random.state
        let comment: Comment = "seed \(seed)"
        let folder = try TemporaryFolder()
        let signer = try NoteSigner.sample()
        var writer = try TrailWriter(folder)
        let isSigned = part != 0
        if isSigned { writer.signSegments(by: signer) }
        var offset: Int64 = 0
        var undelivered: [ClosedRange<Int64>] = []
        var sizes: Set<Int64> = []
        var leaves: [MerkleHash] = []
        for _ in 0..<60 {
            switch Int.random(in: 0..<12, using: &random) {
            case 0..<4:
                let count = Int64.random(in: 1...220, using: &random)
                let range = try writer.append(
                    ValidationEntry.samples(offset..<(offset + count)),
                    deliveries: undelivered.map { .committed($0) }
                )
                undelivered = [ClosedRange(range)]
                offset += count
            case 4: _ = try writer.append(ServiceEntry.sample())
            case 5...6: _ = try writer.checkpoint(signedBy: signer, at: Timestamp(0))
            case 7:
                writer.close()
                writer = try TrailWriter(folder)
                if isSigned { writer.signSegments(by: signer) }
            case 8...9:
                _ = try writer.append([], deliveries: undelivered.map { .committed($0) })
                undelivered = []
                try writer.seal(at: Timestamp(0))
            default:
                let step = RemovalStep.allCases.randomElement(using: &random) ?? .unmark
                let isWhole = Bool.random(using: &random)
                _ = try writer.removeOldestSegment(.sample(), at: .late, through: isWhole ? .unmark : step)
            }
            // What is not read now may be gone with the next.
            let reader = try TrailReader(path: folder.database)
            defer { reader.close() }
            let count = try reader.count()
            while Int64(leaves.count) < count {
                leaves.append(.leaf(try #require(try reader.document(of: Int64(leaves.count)), comment)))
            }
            for signed in try reader.checkpoints(above: 0, limit: 1000) { sizes.insert(signed.checkpoint.size) }
        }
        var roots = [MerkleFrontier().root]
        var frontier = MerkleFrontier()
        for leaf in leaves {
            frontier.append(leaf)
            roots.append(frontier.root)
        }
        let reader = try TrailReader(path: folder.database)
        let count = Int64(leaves.count)
        #expect(try reader.count() == count, comment)
        let first = try reader.removals().last?.indices.upperBound ?? 0
        let checkpoints = try reader.checkpoints(above: 0, limit: 1000)
        #expect(Set(checkpoints.map(\.checkpoint.size)) == sizes, comment)
        for signed in checkpoints {
            #expect(signed.checkpoint.root == roots[Int(signed.checkpoint.size)], comment)
            try writer.requireContinuation(of: signed.checkpoint)
        }
        let boundaries = try reader.removals().map(\.indices.upperBound)
        let ends =
            [count, first] + boundaries + sizes + (0..<20).map { _ in Int64.random(in: first...count, using: &random) }
        for old in Array(sizes) + boundaries + [first] {
            for end in ends where end >= old {
                let proof = try #require(try reader.consistencyProof(from: old, to: end), comment)
                #expect(
                    MerkleProof.verifies(
                        consistencyFrom: (old, roots[Int(old)]),
                        to: (end, roots[Int(end)]),
                        proof: proof
                    ),
                    "\(old) to \(end), seed \(seed)"
                )
            }
        }
        for _ in 0..<100 where first < count {
            let index = Int64.random(in: first..<count, using: &random)
            let size = Int64.random(in: (index + 1)...count, using: &random)
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
        #expect(verified.removed == first, comment)
        #expect(verified.givenCheckpoints == checkpoints.count, comment)
        #expect(verified.checkpoints == checkpoints.count, comment)
        let identities = (0..<offset).map { RecordIdentity.sample($0) }
        let found = try writer.recorded(identities)
        #expect(found.entries.count + found.removed.count == Int(offset), comment)
        #expect(found.removed.isDisjoint(with: found.entries.keys), comment)
    }
}
