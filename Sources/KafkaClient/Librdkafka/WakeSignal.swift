import Dispatch
import Synchronization

/// Wakes one thread that waits for any of several sources of work.
///
/// A source first makes its work visible, then calls ``wake()``; the thread returns from ``wait(until:)``, then looks at
/// all sources. The flag lets at most one signal be outstanding, so a source that wakes often costs one atomic exchange.
final class WakeSignal: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)
    private let isSignalled = Atomic<Bool>(false)

    /// Makes the current or the next wait return. Any thread, also out of a callback of librdkafka's.
    func wake() {
        if !self.isSignalled.exchange(true, ordering: .acquiringAndReleasing) { self.semaphore.signal() }
    }

    /// Waits for a signal, at most until `time`. Only the one thread.
    func wait(until time: DispatchTime) {
        guard self.semaphore.wait(timeout: time) == .success else { return }
        // Cleared only when a signal was taken: otherwise two could be outstanding. Work made visible before a
        // wake() that finds the flag still set is seen by the look at all sources that follows.
        _ = self.isSignalled.exchange(false, ordering: .acquiringAndReleasing)
    }
}
