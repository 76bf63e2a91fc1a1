package import LoginContracts

/// What became of the outcomes of a run of entries, known only after the entries were written.
///
/// The entries of one commit cycle are contiguous, so one mark serves them all. An entry that no mark covers is in
/// doubt: its Kafka transaction may or may not have been committed.
package struct EntryDelivery: Hashable, Sendable {
    /// The entries' numbers, all of them in the trail already.
    package var indices: ClosedRange<Int64>
    package var state: State
    /// When the Kafka transaction was committed, or when the entries were found to be superseded.
    package var at: Timestamp

    /// The raw value is what the trail stores.
    package enum State: String, CaseIterable, Hashable, Sendable {
        /// The outcomes and the offsets are in Kafka.
        case committed
        /// The outcomes never were and never will be published from these entries: another decision took their place.
        case superseded
    }

    /// What stands for the state of an entry that no delivery covers.
    package static let inDoubt = "in doubt"

    package init(indices: ClosedRange<Int64>, state: State, at: Timestamp) {
        self.indices = indices
        self.state = state
        self.at = at
    }
}
