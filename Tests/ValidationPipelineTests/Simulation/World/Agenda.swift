/// What is to happen, by time and then by the order of planning.
struct Agenda {
    private var events: [(time: Duration, number: Int, event: () -> Void)] = []
    private var count = 0

    mutating func add(at time: Duration, _ event: @escaping () -> Void) {
        self.count += 1
        var low = 0
        var high = self.events.count
        // Kept descending, so that the next event is the last element.
        while low < high {
            let middle = (low + high) / 2
            if (self.events[middle].time, self.events[middle].number) > (time, self.count) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        self.events.insert((time, self.count, event), at: low)
    }

    mutating func next() -> (Duration, () -> Void)? {
        self.events.popLast().map { ($0.time, $0.event) }
    }
}
