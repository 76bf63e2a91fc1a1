import CRDKafka
import Synchronization

/// Counts the delivery reports of a producer and keeps the first that failed.
///
/// Written by the delivery report callback, which runs on the thread that polls or flushes.
final class DeliveryLedger: Sendable {
    private let state = Mutex(State())

    private struct State {
        var delivered = 0
        var failed = 0
        var firstError: KafkaError?
    }

    /// Takes note of one report.
    func reported(_ message: rd_kafka_message_t) {
        guard message.err != RD_KAFKA_RESP_ERR_NO_ERROR else {
            self.state.withLock { $0.delivered += 1 }
            return
        }
        self.state.withLock { state in
            state.failed += 1
            guard state.firstError == nil else { return }
            let topic = message.rkt.map { String(cString: rd_kafka_topic_name($0)) } ?? "?"
            state.firstError = KafkaError(message.err, while: "deliver a record to \(topic)")
        }
    }

    /// The first error since the last ``reset()``.
    var firstError: KafkaError? { self.state.withLock { $0.firstError } }

    /// Begins a new count.
    func reset() { self.state.withLock { $0 = State() } }
}
