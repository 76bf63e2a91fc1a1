package import LoginContracts

/// A checkpoint and who vouches for it.
package struct SignedCheckpoint: Hashable, Sendable {
    package let checkpoint: Checkpoint
    /// The whole note, to be handed to others as it is.
    package let note: String
    /// The key that has signed it.
    package let verifier: NoteVerifier
    /// When it was signed, by the writing host's clock. The note itself has no time.
    package let signedAt: Timestamp

    /// Signs a checkpoint.
    init(_ checkpoint: Checkpoint, by signer: NoteSigner, at time: Timestamp) throws(TrailError) {
        self.checkpoint = checkpoint
        self.note = try signer.sign(checkpoint.text)
        self.verifier = signer.verifier
        self.signedAt = time
    }

    /// Reads a note that comes with its key; `nil` unless it is a checkpoint of that key's log, signed with it.
    package init?(note: String, verifier: NoteVerifier, signedAt: Timestamp) {
        guard let signed = SignedNote(note), verifier.verifies(signed), let checkpoint = Checkpoint(text: signed.text),
            checkpoint.origin == verifier.name
        else { return nil }
        self.checkpoint = checkpoint
        self.note = note
        self.verifier = verifier
        self.signedAt = signedAt
    }
}
