import HeapModule

/// Flights that wait for their next attempt, the earliest first.
struct RetrySchedule {
    private var heap = Heap<Item>()

    private struct Item: Comparable {
        let due: Duration
        let flight: FlightID

        static func < (left: Item, right: Item) -> Bool {
            (left.due, left.flight.number) < (right.due, right.flight.number)
        }
    }

    /// When the next flight is due; `nil` when none waits.
    var nextDue: Duration? { self.heap.min?.due }

    mutating func add(_ flight: FlightID, due: Duration) {
        self.heap.insert(Item(due: due, flight: flight))
    }

    /// Takes out one flight that is due. A flight that was dropped meanwhile is still in here and comes out as any.
    mutating func popDue(now: Duration) -> FlightID? {
        guard let first = self.heap.min, first.due <= now else { return nil }
        return self.heap.removeMin().flight
    }
}
