import DequeModule

/// Keeps the records of one key in order: one of them is on its way at a time, the others wait behind it.
///
/// Different keys do not know of each other. A lane exists only while a record of its key is unfinished.
struct LaneTable {
    /// The flights that wait, by lane; a lane that exists has one flight on its way that is not listed here.
    private var waiting: [LaneKey: Deque<FlightID>] = [:]

    /// Whether the flight may start at once; otherwise it waits for its turn.
    mutating func enter(_ key: LaneKey, _ flight: FlightID) -> Bool {
        if self.waiting[key]?.append(flight) != nil { return false }
        self.waiting[key] = []
        return true
    }

    /// The flight on its way in that lane is decided.
    ///
    /// - Returns: the next one, which may start now.
    mutating func leave(_ key: LaneKey) -> FlightID? {
        guard let next = self.waiting[key]?.popFirst() else {
            precondition(self.waiting.removeValue(forKey: key) != nil, "Only a lane that was entered can be left.")
            return nil
        }
        return next
    }

    /// Forgets all lanes of a partition that is no longer ours.
    mutating func remove(partition: PartitionSlot) {
        for key in self.waiting.keys where key.partition == partition { self.waiting.removeValue(forKey: key) }
    }

    var isEmpty: Bool { self.waiting.isEmpty }
}

/// A key within a partition: records of one key in two partitions have no order to keep.
struct LaneKey: Hashable {
    let partition: PartitionSlot
    let key: [UInt8]
}
