/// Turns a dead letter back into the login event that it was, with headers that say where it comes from.
///
/// Key, value and the event's own headers are what they were; the headers of the failure are gone. An event without an
/// id or a time of its own keeps those that its first record gave it (``DeadLetterHeader/eventID``), so that its second
/// entry in a trail can be found beside its first.
package struct ReplayEncoder: Sendable {
    /// The cluster of the dead-letter topic.
    package let clusterID: String

    package init(clusterID: String) {
        self.clusterID = clusterID
    }

    /// - Parameters:
    ///   - letter: one without an ``StoredDeadLetter/obstacle``.
    ///   - time: of the replay.
    package func encode(_ letter: StoredDeadLetter, at time: Timestamp) -> OutgoingRecord {
        precondition(letter.obstacle == nil, "What cannot be replayed is not.")
        let event = letter.event
        let place = "\(self.clusterID)/\(letter.place.topic)/\(letter.place.partition)/\(letter.offset)"
        var added: [SourceRecord.Header] = [
            .init(DeadLetterHeader.replayedFrom, place),
            .init(DeadLetterHeader.replayedAt, time.description),
            .init(DeadLetterHeader.replays, String(min(letter.replays + 1, DeadLetterHeader.maximumCount))),
            .init(DeadLetterHeader.eventID, LoginEvent.derivedID(of: event)),
        ]
        if let time = LoginEvent.derivedTime(of: event) {
            added.append(.init(DeadLetterHeader.eventTime, time.description))
        }
        let own = event.headers.filter { !DeadLetterHeader.ofReplay.contains($0.name) }
        return OutgoingRecord(key: event.key, value: event.value, headers: own + added)
    }
}
