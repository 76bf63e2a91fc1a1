package import LoginContracts

/// Seals what an entry says about its player before it is written, and opens it for those who may.
///
/// A decision without a player has nothing that could be erased, and is written as it is.
package struct PlayerVault: Sendable {
    private let store: PlayerKeyStore?
    private let seals: Bool

    package init(_ store: PlayerKeyStore) {
        self.store = store
        self.seals = true
    }

    /// Only opens what was sealed before, as far as there are keys.
    package init(opening store: PlayerKeyStore?) {
        self.store = store
        self.seals = false
    }

    /// The entries as the trail keeps them. New players' keys are durable on return, all of them in one transaction.
    package func seal(_ entries: [ValidationEntry]) throws(TrailError) -> [ValidationEntry] {
        guard self.seals, let store else { return entries }
        let keys = try store.keys(ofPlayers: Set(entries.compactMap(\.playerId)))
        var sealed = entries
        for place in sealed.indices {
            guard let key = sealed[place].playerId.flatMap({ keys[$0] }) else { continue }
            try sealed[place].seal(with: key)
        }
        return sealed
    }

    /// The entries as they were before they were sealed. Of an erased player they have nothing: ``ValidationEntry``'s
    /// player, session and so on are `nil`.
    package func open(_ entries: [ValidationEntry]) throws(TrailError) -> [ValidationEntry] {
        let keys = try self.keys(of: entries)
        return entries.map { entry in
            guard let handle = entry.playerHandle else { return entry }
            var entry = entry
            entry.open(with: keys[handle], otherwise: .leaveOut)
            return entry
        }
    }

    /// The entries as an auditor reads them: opened where the key is there, else as they are stored.
    func show(_ entries: [ValidationEntry]) throws(TrailError) -> [ValidationEntry] {
        let keys = try self.keys(of: entries)
        guard !keys.isEmpty else { return entries }
        return entries.map { entry in
            guard let key = entry.playerHandle.flatMap({ keys[$0] }) else { return entry }
            var entry = entry
            entry.open(with: key, otherwise: .leaveAsStored)
            return entry
        }
    }

    private func keys(of entries: [ValidationEntry]) throws(TrailError) -> [PlayerHandle: PlayerKey] {
        try self.store?.keys(of: Set(entries.compactMap(\.playerHandle))) ?? [:]
    }

    /// The ids of players by the texts that stand for them, of those whose keys are there.
    func players(behind texts: Set<String>) throws(TrailError) -> [String: String] {
        let sealed = texts.compactMap(SealedText.init)
        let keys = try self.store?.keys(of: Set(sealed.map(\.handle))) ?? [:]
        var players: [String: String] = [:]
        for text in sealed { players[text.text] = keys[text.handle]?.open(text, .playerId) }
        return players
    }

    /// The texts of a player's and, if there is one, a session's column; `nil` when the player has no key.
    func sealed(player: String, session: String?) throws(TrailError) -> (player: String, session: String?)? {
        guard let key = try self.store?.existingKeys(ofPlayers: [player])[player] else { return nil }
        let sealedPlayer = try key.seal(player, .playerId)
        guard let session else { return (sealedPlayer, nil) }
        return (sealedPlayer, try key.seal(session, .sessionId))
    }
}

extension ValidationEntry {
    /// The handle of the player, where the entry is sealed.
    var playerHandle: PlayerHandle? { self.playerId.flatMap { SealedText($0)?.handle } }

    /// What to do about a text that cannot be opened.
    fileprivate enum Otherwise {
        case leaveOut
        case leaveAsStored
    }

    /// Everything that names the player or the session by its nature, and every free text that quotes one of the two.
    fileprivate mutating func seal(with key: PlayerKey) throws(TrailError) {
        let names = [self.playerId, self.sessionId].compactMap { $0 }.filter { !$0.isEmpty }
        let quotes = { (text: String) in names.contains { text.contains($0) } }
        try Self.seal(&self.sessionId, .sessionId, key)
        if let message, quotes(message) { try Self.seal(&self.message, .message, key) }
        if self.lockout != nil {
            try Self.seal(&self.lockout!.id, .lockoutId, key)
            try Self.seal(&self.lockout!.message, .lockoutMessage, key)
            try Self.seal(&self.lockout!.memo, .lockoutMemo, key)
            try Self.seal(&self.lockout!.reason, .lockoutReason, key)
        }
        try Self.seal(&self.playerId, .playerId, key)
    }

    fileprivate mutating func open(with key: PlayerKey?, otherwise: Otherwise) {
        Self.open(&self.playerId, .playerId, key, otherwise)
        Self.open(&self.sessionId, .sessionId, key, otherwise)
        Self.open(&self.message, .message, key, otherwise)
        guard self.lockout != nil else { return }
        Self.open(&self.lockout!.id, .lockoutId, key, otherwise)
        Self.open(&self.lockout!.message, .lockoutMessage, key, otherwise)
        Self.open(&self.lockout!.memo, .lockoutMemo, key, otherwise)
        Self.open(&self.lockout!.reason, .lockoutReason, key, otherwise)
    }

    private static func seal(_ text: inout String?, _ field: SealedField, _ key: PlayerKey) throws(TrailError) {
        guard let plain = text else { return }
        text = try key.seal(plain, field)
    }

    private static func open(_ text: inout String?, _ field: SealedField, _ key: PlayerKey?, _ otherwise: Otherwise) {
        guard let sealed = text.flatMap(SealedText.init) else { return }
        if let plain = key?.open(sealed, field) {
            text = plain
        } else if otherwise == .leaveOut {
            text = nil
        }
    }
}
