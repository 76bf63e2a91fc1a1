import LoginContracts

extension WriterState {
    /// Signs the tree as it stands, unless it is signed already.
    ///
    /// Everything in the tree is durable: ``end`` moves with committed transactions only. The checkpoint is durable
    /// before it is returned, so nobody sees one that the trail could forget.
    mutating func checkpoint(signedBy signer: NoteSigner, at time: Timestamp) throws(TrailError) -> SignedCheckpoint? {
        let connection = try self.usableConnection()
        let newest = try self.newestCheckpoint(connection)
        guard self.nextIndex > 0 else { return nil }
        if let newest {
            try self.requireContinuation(of: newest.checkpoint, connection)
            // The same tree is signed with another key once it has grown.
            if newest.checkpoint.size == self.nextIndex { return newest.verifier == signer.verifier ? newest : nil }
        }
        let checkpoint = Checkpoint(origin: signer.verifier.name, size: self.nextIndex, root: self.end.tree.root)
        let signed = try SignedCheckpoint(checkpoint, by: signer, at: time)
        return try self.transaction { _, connection throws(TrailError) in
            let insert = try connection.statement(
                "INSERT INTO checkpoints (size, note, verifier_key, signed_at) VALUES (?, ?, ?, ?)"
            )
            insert.bind(checkpoint.size, at: 1)
            insert.bind(signed.note, at: 2)
            insert.bind(signed.verifier.description, at: 3)
            insert.bind(time.millisecondsSince1970, at: 4)
            try Self.step(insert, connection)
            return signed
        }
    }

    /// The newest checkpoint in the trail, `nil` when there is none.
    ///
    /// - Throws: ``TrailError/Code/corrupt`` when it is not as it was signed.
    func newestCheckpoint(_ connection: WritingConnection) throws(TrailError) -> SignedCheckpoint? {
        let rows = try connection.rows(
            "\(SignedCheckpoint.selection) ORDER BY size DESC LIMIT 1",
            whenTryingTo: "read"
        ) { SignedCheckpoint($0) }
        guard let row = rows.first else { return nil }
        guard let row else {
            throw TrailError(
                .corrupt,
                "The newest checkpoint of the audit trail \(self.file.path) was changed: keep the file for examination and restore a copy."
            )
        }
        return row
    }

    /// Makes sure that the trail holds everything that a checkpoint covers, unchanged.
    ///
    /// - Throws: ``TrailError/Code/corrupt`` otherwise: an older copy has taken the trail's place, or entries were
    ///   changed. Nothing may be signed then.
    mutating func requireContinuation(
        of checkpoint: Checkpoint,
        _ connection: WritingConnection
    ) throws(TrailError) {
        guard checkpoint.size <= self.nextIndex else {
            throw TrailError(
                .corrupt,
                """
                The audit trail \(self.file.path) has \(self.nextIndex) entries, and a checkpoint of it was signed that \
                covers \(checkpoint.size): an older copy has taken its place, or its end is lost. Put the right file \
                back; or keep this one for examination, and begin another trail.
                """
            )
        }
        let root: MerkleHash?
        if checkpoint.size == self.nextIndex {
            root = self.end.tree.root
        } else if try checkpoint.size < connection.base.firstIndex {
            root = try self.earlierRoot(size: checkpoint.size)
        } else {
            root = try connection.tree.root(size: checkpoint.size)
        }
        guard root == checkpoint.root else {
            throw TrailError(
                .corrupt,
                """
                The audit trail \(self.file.path) is not the one of the checkpoint of its first \(checkpoint.size) \
                entries: entries were changed, or another trail has taken its place. Keep the file for examination: \
                audit verify names the first bad entry.
                """
            )
        }
    }
}

extension WriterState {
    /// - Returns: `nil` for a size among removed entries of which the trail kept nothing: it was never signed.
    fileprivate mutating func earlierRoot(size: Int64) throws(TrailError) -> MerkleHash? {
        do throws(TrailError) {
            return try self.segments.root(size: size)
        } catch {
            guard error.code == .removed else { throw error }
            return nil
        }
    }
}

extension SignedCheckpoint {
    /// The start of every read of checkpoints, up to its conditions.
    static let selection = "SELECT note, verifier_key, signed_at, size FROM checkpoints"

    /// The current row of ``selection``; `nil` unless the key has signed the note, and the note has the row's size.
    init?(_ row: StatementHandle) {
        guard let note = row.exactText(0), let key = row.exactText(1), let verifier = NoteVerifier(key),
            let signedAt = row.exactInteger(2)
        else { return nil }
        self.init(note: note, verifier: verifier, signedAt: Timestamp(signedAt))
        guard self.checkpoint.size == row.integer(3) else { return nil }
    }
}
