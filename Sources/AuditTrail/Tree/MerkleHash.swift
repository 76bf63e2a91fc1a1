import Crypto

/// The SHA-256 of a node of the tree (RFC 9162, section 2.1.1).
package struct MerkleHash: Hashable, Sendable {
    private var words: (UInt64, UInt64, UInt64, UInt64)

    package static let byteCount = SHA256.byteCount

    /// The root of a tree without leaves: the hash of nothing.
    package static let ofEmptyTree = MerkleHash(SHA256().finalize())

    /// - Returns: `nil` unless there are exactly ``byteCount`` bytes.
    package init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        self.words = (0, 0, 0, 0)
        withUnsafeMutableBytes(of: &self.words) { $0.copyBytes(from: bytes) }
    }

    private init(_ digest: SHA256.Digest) {
        self.words = (0, 0, 0, 0)
        withUnsafeMutableBytes(of: &self.words) { words in
            digest.withUnsafeBytes { words.copyMemory(from: $0) }
        }
    }

    /// The hash of a leaf: of 0x00 and its content.
    package static func leaf(_ content: some Collection<UInt8>) -> MerkleHash {
        ([0x00] + content).withUnsafeBytes { Self.leaf(prefixed: $0) }
    }

    /// The hash of a leaf whose content stands behind a byte 0x00, which spares copying it there.
    static func leaf(prefixed bytes: UnsafeRawBufferPointer) -> MerkleHash {
        var hasher = SHA256()
        hasher.update(bufferPointer: bytes)
        return MerkleHash(hasher.finalize())
    }

    /// The hash of an inner node: of 0x01 and the hashes of its two children.
    package static func node(_ left: MerkleHash, _ right: MerkleHash) -> MerkleHash {
        withUnsafeTemporaryAllocation(byteCount: 1 + 2 * Self.byteCount, alignment: 8) { bytes in
            bytes[0] = 0x01
            Swift.withUnsafeBytes(of: left.words) {
                UnsafeMutableRawBufferPointer(rebasing: bytes[1..<33]).copyMemory(from: $0)
            }
            Swift.withUnsafeBytes(of: right.words) {
                UnsafeMutableRawBufferPointer(rebasing: bytes[33...]).copyMemory(from: $0)
            }
            var hasher = SHA256()
            hasher.update(bufferPointer: UnsafeRawBufferPointer(bytes))
            return MerkleHash(hasher.finalize())
        }
    }

    /// The bytes, in order.
    package var bytes: [UInt8] { self.withUnsafeBytes { Array($0) } }

    func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        Swift.withUnsafeBytes(of: self.words, body)
    }

    package static func == (left: MerkleHash, right: MerkleHash) -> Bool {
        left.words == right.words
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(self.words.0)
        hasher.combine(self.words.1)
    }
}
