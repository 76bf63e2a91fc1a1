extension TrailReader {
    /// The entries as whoever asks may read them.
    func shown(_ entries: [TrailEntry]) throws(TrailError) -> [TrailEntry] {
        guard let players else { return entries }
        var shown = entries
        let places = entries.indices.filter { place in
            guard case .validation(let recorded) = entries[place] else { return false }
            return recorded.entry.playerHandle != nil
        }
        let opened = try players.show(
            places.compactMap { place in
                guard case .validation(let recorded) = entries[place] else { return nil }
                return recorded.entry
            }
        )
        for (place, entry) in zip(places, opened) {
            guard case .validation(var recorded) = entries[place] else { continue }
            recorded.entry = entry
            shown[place] = .validation(recorded)
        }
        return shown
    }

    /// The same of what is held against Kafka; a player whose key is not at hand is not known.
    func shown(_ records: [TrailRecord]) throws(TrailError) -> [TrailRecord] {
        let sealed = Set(records.compactMap(\.playerId).filter { SealedText($0) != nil })
        guard !sealed.isEmpty else { return records }
        let known = try self.players?.players(behind: sealed) ?? [:]
        return records.map { record in
            guard let text = record.playerId, sealed.contains(text) else { return record }
            var record = record
            record.playerId = known[text]
            record.isPlayerKnown = known[text] != nil
            return record
        }
    }

    /// The query with the texts that stand in sealed entries: a player's entries are found in both forms.
    func withSealedNames(_ query: TrailQuery) throws(TrailError) -> TrailQuery {
        guard let players, let player = query.playerId,
            let sealed = try players.sealed(player: player, session: query.sessionId)
        else { return query }
        var query = query
        query.sealedNames = TrailQuery.SealedNames(player: sealed.player, session: sealed.session)
        return query
    }
}
