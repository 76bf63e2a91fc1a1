import CRDKafka
import Synchronization

/// A queue of librdkafka's that wakes its reader when it stops being empty.
///
/// librdkafka calls the event callback on any of its threads, with the queue locked, and only when the queue was empty:
/// so the callback calls nothing of librdkafka's, and a reader that leaves something in the queue has to
/// ``markReady()`` itself. Everything but the callback runs on the consumer's thread.
///
/// Sound as `@unchecked Sendable`: the flag is atomic, the signal thread-safe, and the pointer is used by the consumer's
/// thread alone.
final class EventQueue: @unchecked Sendable {
    let raw: OpaquePointer
    private let isReady = Atomic<Bool>(true)
    private let signal: WakeSignal
    private var isClosed = false

    /// Takes over a reference to a queue, which is not forwarded to another.
    init(_ raw: OpaquePointer, signal: WakeSignal) {
        self.raw = raw
        self.signal = signal
        rd_kafka_queue_cb_event_enable(
            raw,
            { _, opaque in
                guard let opaque else { return }
                let queue = Unmanaged<EventQueue>.fromOpaque(opaque).takeUnretainedValue()
                queue.markReady()
                queue.signal.wake()
            },
            Unmanaged.passUnretained(self).toOpaque()
        )
    }

    deinit {
        self.close()
    }

    /// True if the queue may hold something; from now on an event is needed to say so again.
    func takeReady() -> Bool { self.isReady.exchange(false, ordering: .acquiringAndReleasing) }

    /// Says that the queue may hold something.
    func markReady() { self.isReady.store(true, ordering: .releasing) }

    /// Reads at most `limit` messages without waiting.
    func read(into batch: UnsafeMutableBufferPointer<UnsafeMutablePointer<rd_kafka_message_t>?>, limit: Int) -> Int {
        max(0, rd_kafka_consume_batch_queue(self.raw, 0, batch.baseAddress, limit))
    }

    /// Throws away what the queue holds.
    func drain(_ batch: UnsafeMutableBufferPointer<UnsafeMutablePointer<rd_kafka_message_t>?>) {
        while case let count = self.read(into: batch, limit: batch.count), count > 0 {
            for index in 0..<count { rd_kafka_message_destroy(batch[index]) }
        }
    }

    /// No callback runs any more when this returns: librdkafka calls it under the lock that this takes.
    func disableEvents() { rd_kafka_queue_cb_event_enable(self.raw, nil, nil) }

    /// Gives the queue back. Idempotent.
    func close() {
        guard !self.isClosed else { return }
        self.isClosed = true
        self.disableEvents()
        rd_kafka_queue_destroy(self.raw)
    }
}
