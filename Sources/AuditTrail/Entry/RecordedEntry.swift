package import LoginContracts

/// A decision as it stands in the trail.
package struct RecordedEntry: Hashable, Sendable {
    /// The entry's number, from 0.
    package var index: Int64
    package var entry: ValidationEntry
    /// The mark that covers the entry; its range usually covers others too. `nil` means in doubt.
    package var delivery: EntryDelivery?

    package init(index: Int64, entry: ValidationEntry, delivery: EntryDelivery?) {
        self.index = index
        self.entry = entry
        self.delivery = delivery
    }
}

/// What a trail knows of records that were decided before.
package struct RecordedEntries: Hashable, Sendable {
    /// The decisions that are in the trail.
    package var entries: [RecordIdentity: RecordedEntry] = [:]
    /// Records that were decided, with their outcomes delivered, by entries that were removed since.
    package var removed: Set<RecordIdentity> = []

    package init() {}
}

/// One numbered entry of the trail, of any sort.
package enum TrailEntry: Hashable, Sendable {
    case validation(RecordedEntry)
    case delivery(index: Int64, EntryDelivery, instanceID: String)
    case service(index: Int64, ServiceEntry)

    /// The entry's number, from 0.
    package var index: Int64 {
        switch self {
        case .validation(let recorded): recorded.index
        case .delivery(let index, _, _): index
        case .service(let index, _): index
        }
    }

    /// When the entry was made, by the writing host's clock.
    package var recordedAt: Timestamp {
        switch self {
        case .validation(let recorded): recorded.entry.recordedAt
        case .delivery(_, let delivery, _): delivery.at
        case .service(_, let entry): entry.recordedAt
        }
    }
}
