import CoreMetrics
import Synchronization

/// One series of a counter: whole and fractional amounts, never going down.
final class CounterSeries: CounterHandler, FloatingPointCounterHandler {
    private let whole = Atomic<Int64>(0)
    private let fractional = AtomicDouble()

    /// The count so far.
    var value: Double { Double(self.whole.load(ordering: .relaxed)) + self.fractional.value }

    /// Negative amounts are ignored; the count stays at the highest number rather than wrapping around.
    func increment(by amount: Int64) {
        guard amount > 0 else { return }
        var current = self.whole.load(ordering: .relaxed)
        while true {
            let (sum, overflow) = current.addingReportingOverflow(amount)
            let (exchanged, original) = self.whole.weakCompareExchange(
                expected: current,
                desired: overflow ? .max : sum,
                ordering: .relaxed
            )
            if exchanged { return }
            current = original
        }
    }

    func increment(by amount: Double) {
        guard amount > 0, amount.isFinite else { return }
        self.fractional.add(amount)
    }

    /// Back to zero; those who read counters take it for a restart of the process.
    func reset() {
        self.whole.store(0, ordering: .relaxed)
        self.fractional.set(0)
    }
}
