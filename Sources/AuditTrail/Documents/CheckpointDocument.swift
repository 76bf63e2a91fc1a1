import LoginContracts

/// A checkpoint and the key that has signed it, as JSON shows them.
package struct CheckpointDocument: Encodable, Sendable {
    package var size: Int64
    /// In base64.
    package var root: String
    package var note: String
    package var verifierKey: String
    package var signedAt: String

    package init(_ signed: SignedCheckpoint) {
        self.size = signed.checkpoint.size
        self.root = Base64.encode(signed.checkpoint.root.bytes)
        self.note = signed.note
        self.verifierKey = signed.verifier.description
        self.signedAt = signed.signedAt.description
    }
}
