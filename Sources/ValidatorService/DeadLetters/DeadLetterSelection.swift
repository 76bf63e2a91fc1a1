package import LoginContracts

/// Which dead letters are meant. A letter must match everything that is set.
package struct DeadLetterSelection: Hashable, Sendable {
    /// None is all of them.
    package var dispositions: Set<DeadLetter.Disposition> = []
    /// By the dead letter's timestamp: from this one on, and before that one.
    package var from: Timestamp?
    package var to: Timestamp?
    package var kgAppId: String?
    package var playerId: String?
    package var eventID: String?
    /// Of the dead-letter topic.
    package var partition: Int32?
    package var offsets: ClosedRange<Int64>?
    /// Where the event stood.
    package var originTopic: String?
    package var originPartition: Int32?
    package var originOffsets: ClosedRange<Int64>?

    package init() {}

    /// Whether nothing is left out.
    package var isEverything: Bool { self == DeadLetterSelection() }

    package func contains(_ letter: StoredDeadLetter, _ login: LoginPreview) -> Bool {
        if !self.dispositions.isEmpty {
            guard let disposition = letter.disposition, self.dispositions.contains(disposition) else { return false }
        }
        if let from {
            guard let timestamp = letter.timestamp, timestamp >= from else { return false }
        }
        if let to {
            guard let timestamp = letter.timestamp, timestamp < to else { return false }
        }
        return (self.kgAppId ?? login.kgAppId) == login.kgAppId
            && (self.playerId ?? login.playerId) == login.playerId
            && (self.eventID ?? login.eventID) == login.eventID
            && (self.partition ?? letter.place.partition) == letter.place.partition
            && self.offsets?.contains(letter.offset) ?? true
            && self.containsOrigin(letter.origin)
    }

    private func containsOrigin(_ origin: StoredDeadLetter.Origin?) -> Bool {
        guard self.originTopic != nil || self.originPartition != nil || self.originOffsets != nil else { return true }
        guard let origin else { return false }
        return (self.originTopic ?? origin.partition.topic) == origin.partition.topic
            && (self.originPartition ?? origin.partition.partition) == origin.partition.partition
            && self.originOffsets?.contains(origin.offset) ?? true
    }
}
