/// The size and the root of a trail's tree (C2SP `tlog-checkpoint`).
package struct Checkpoint: Hashable, Sendable {
    /// Which log it is of.
    package var origin: String
    /// How many entries it covers: those with an index below.
    package var size: Int64
    package var root: MerkleHash

    package init(origin: String, size: Int64, root: MerkleHash) {
        self.origin = origin
        self.size = size
        self.root = root
    }

    /// Reads the text of a note; `nil` when it is no checkpoint. Extension lines are allowed and mean nothing here.
    package init?(text: String) {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 4, lines.removeLast().isEmpty, !lines.contains(where: \.isEmpty),
            let size = Int64(lines[1]), size >= 0, String(size) == lines[1],
            let root = Base64.decode(String(lines[2])).flatMap({ MerkleHash($0) })
        else { return nil }
        self.init(origin: String(lines[0]), size: size, root: root)
    }

    /// What is signed.
    package var text: String { "\(self.origin)\n\(self.size)\n\(Base64.encode(self.root.bytes))\n" }
}
