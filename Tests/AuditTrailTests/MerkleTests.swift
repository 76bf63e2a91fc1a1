import LoginContracts
import Testing

@testable import AuditTrail

/// The tree and its proofs, against the test vectors of Certificate Transparency and against the definition.
struct MerkleTests {
    /// The leaves of the reference implementation's test tree.
    static let leaves: [[UInt8]] = [
        [], [0x00], [0x10], [0x20, 0x21], [0x30, 0x31], [0x40, 0x41, 0x42, 0x43],
        [0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57], Array(0x60...0x6F),
    ]

    /// The roots of its first n leaves, from n = 0.
    static let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]

    @Test func rootsAreThoseOfTheReference() {
        var frontier = MerkleFrontier()
        #expect(frontier.root.bytes.hexadecimal == Self.roots[0])
        for (leaf, root) in zip(Self.leaves, Self.roots.dropFirst()) {
            frontier.append(.leaf(leaf))
            #expect(frontier.root.bytes.hexadecimal == root)
        }
    }

    /// The examples of RFC 6962's and RFC 9162's section 2.1.3 (7 leaves), by their shape.
    @Test func proofsHaveTheShapeOfTheStandard() {
        let hashes = (0..<7).map { MerkleHash.leaf([UInt8($0)]) }
        let tree = Tree(hashes)
        let g = MerkleHash.node(hashes[0], hashes[1])
        let h = MerkleHash.node(hashes[2], hashes[3])
        let i = MerkleHash.node(hashes[4], hashes[5])
        let k = MerkleHash.node(g, h)
        let l = MerkleHash.node(i, hashes[6])
        #expect(tree.tree.inclusionProof(of: 0, size: 7) == [hashes[1], h, l])
        #expect(tree.tree.inclusionProof(of: 3, size: 7) == [hashes[2], g, l])
        #expect(tree.tree.inclusionProof(of: 4, size: 7) == [hashes[5], hashes[6], k])
        #expect(tree.tree.inclusionProof(of: 6, size: 7) == [i, k])
        #expect(tree.tree.consistencyProof(from: 3, to: 7) == [hashes[2], hashes[3], g, l])
        #expect(tree.tree.consistencyProof(from: 4, to: 7) == [l])
        #expect(tree.tree.consistencyProof(from: 6, to: 7) == [i, hashes[6], k])
    }

    @Test(arguments: Array(1...40) + [255, 256, 257, 511, 513])
    func everyProofHoldsAndNoOther(size: Int) {
        let tree = Tree((0..<size).map { MerkleHash.leaf([UInt8($0 & 0xFF), UInt8($0 >> 8)]) })
        let root = tree.tree.root(size: Int64(size))
        #expect(root == tree.definition(0..<size))
        for index in 0..<size {
            let proof = tree.tree.inclusionProof(of: Int64(index), size: Int64(size))
            func holds(_ proof: [MerkleHash], at place: Int, of size: Int, root: MerkleHash) -> Bool {
                MerkleProof.verifies(
                    inclusionOf: tree.leaves[index],
                    at: Int64(place),
                    proof: proof,
                    size: Int64(size),
                    root: root
                )
            }
            #expect(holds(proof, at: index, of: size, root: root))
            #expect(!holds(proof, at: index, of: size, root: .ofEmptyTree))
            #expect(!holds(proof + [root], at: index, of: size, root: root))
            #expect(!holds(Array(proof.dropLast()), at: index, of: size, root: root) || proof.isEmpty)
            #expect(!holds(proof, at: index ^ 1, of: size, root: root))
            #expect(!holds(proof, at: -1, of: size, root: root))
            #expect(!holds(proof, at: size, of: size, root: root))
            if !proof.isEmpty { #expect(!holds([.ofEmptyTree] + proof.dropFirst(), at: index, of: size, root: root)) }
        }
        for old in 0...size {
            let proof = tree.tree.consistencyProof(from: Int64(old), to: Int64(size))
            let oldRoot = tree.tree.root(size: Int64(old))
            func holds(_ proof: [MerkleHash], _ oldRoot: MerkleHash, _ root: MerkleHash) -> Bool {
                MerkleProof.verifies(
                    consistencyFrom: (Int64(old), oldRoot),
                    to: (Int64(size), root),
                    proof: proof
                )
            }
            #expect(holds(proof, oldRoot, root))
            #expect(!holds(proof + [root], oldRoot, root))
            #expect(!holds(proof, .leaf([]), root))
            if old > 0 { #expect(!holds(proof, oldRoot, .leaf([]))) }
            if !proof.isEmpty { #expect(!holds(Array(proof.dropLast()), oldRoot, root)) }
        }
    }

    @Test func aTreeIsPutTogetherFromSubtrees() {
        for size in [1, 3, 256, 300, 1000] {
            let tree = Tree((0..<size).map { MerkleHash.leaf([UInt8($0 & 0xFF)]) })
            var frontier = MerkleFrontier()
            for node in MerkleFrontier.subtrees(of: Int64(size)) {
                frontier.append(subtree: tree.tree.hash(node), level: node.level)
            }
            #expect(frontier == tree.tree.frontier(size: Int64(size)))
            #expect(frontier.root == tree.definition(0..<size))
        }
        var pairs = MerkleFrontier()
        let hashes = (0..<16).map { MerkleHash.leaf([UInt8($0)]) }
        for pair in 0..<8 { pairs.append(subtree: .node(hashes[2 * pair], hashes[2 * pair + 1]), level: 1) }
        #expect(pairs.root == Tree(hashes).definition(0..<16))
    }
}

/// A tree in memory that stores what a trail stores.
private struct Tree {
    let leaves: [MerkleHash]
    let tree: MerkleTree<Never>

    init(_ leaves: [MerkleHash]) {
        var nodes: [TreeNode: MerkleHash] = [:]
        var frontier = MerkleFrontier()
        for leaf in leaves { frontier.append(leaf) { node, hash in if node.isStored { nodes[node] = hash } } }
        let stored = nodes
        self.leaves = leaves
        self.tree = MerkleTree { $0.level == 0 ? leaves[Int($0.position)] : stored[$0] ?? .ofEmptyTree }
    }

    /// The root by the definition of RFC 9162, section 2.1.1.
    func definition(_ range: Range<Int>) -> MerkleHash {
        guard range.count > 1 else { return range.first.map { self.leaves[$0] } ?? .ofEmptyTree }
        var split = 1
        while split * 2 < range.count { split *= 2 }
        let middle = range.lowerBound + split
        return .node(self.definition(range.lowerBound..<middle), self.definition(middle..<range.upperBound))
    }
}
