/// Says when the next event is due, for a steady rate or as fast as possible.
///
/// Pure: the time comes in as an argument. A producer asks ``due(at:)``, produces so many events, and waits until
/// ``next`` when none is due. Who falls far behind is not made to catch up with everything at once.
package struct EventPacer<Instant: InstantProtocol>: Sendable where Instant.Duration == Duration {
    /// The most events that are due at once; for an unlimited rate it is always so many.
    package static var maximumBurst: Int { 1000 }

    /// The time from one event to the next; `nil` when there is no limit.
    package let interval: Duration?
    private var nextDue: Instant

    /// `eventsPerSecond` of `nil`, 0 or less is unlimited. The first event is due at `start`.
    package init(eventsPerSecond: Double?, start: Instant) {
        if let rate = eventsPerSecond, rate > 0, rate.isFinite {
            self.interval = max(.nanoseconds(1), .seconds(1 / max(rate, Self.minimumEventsPerSecond)))
        } else {
            self.interval = nil
        }
        self.nextDue = start
    }

    /// When the next event is due; `nil` when it always is.
    package var next: Instant? { self.interval == nil ? nil : self.nextDue }

    /// Takes the events that are due now, 0 to ``maximumBurst``; the caller produces them.
    package mutating func due(at now: Instant) -> Int {
        guard let interval else { return Self.maximumBurst }
        let late = self.nextDue.duration(to: now)
        guard late >= .zero else { return 0 }
        let owed = late / interval
        guard owed < Double(Self.maximumBurst) else {
            // What cannot be caught up with in one burst is given up.
            self.nextDue = now.advanced(by: interval)
            return Self.maximumBurst
        }
        let count = Int(owed) + 1
        self.nextDue = self.nextDue.advanced(by: interval * count)
        return min(count, Self.maximumBurst)
    }

    /// Slower than one event in about three years is not a rate.
    private static var minimumEventsPerSecond: Double { 1e-8 }
}
