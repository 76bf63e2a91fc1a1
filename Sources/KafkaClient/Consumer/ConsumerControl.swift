import Dispatch
import Foundation
import Synchronization

/// What other threads tell a consumer's thread.
final class ConsumerControl: Sendable {
    /// Left by the consumer's thread when it has ended.
    let ended = DispatchGroup()
    let signal = WakeSignal()
    private let state = Mutex(State())
    /// Turns of the thread's loop so far; see ``KafkaConsumer/turns``.
    let turns = Atomic<UInt64>(0)

    private struct State {
        var epoch: UInt64 = 0
        /// At most one entry a partition of the running assignment.
        var demand: [KafkaTopicPartition: Int] = [:]
        var deadline: ContinuousClock.Instant?
        var isReconnectAsked = false
        var thread: ObjectIdentifier?
    }

    /// Adds demand, if the epoch is the running one. Any thread.
    func addDemand(_ records: Int, for topicPartition: KafkaTopicPartition, epoch: UInt64) {
        let isAdded = self.state.withLock { state in
            guard epoch == state.epoch else { return false }
            let (sum, overflow) = state.demand[topicPartition, default: 0].addingReportingOverflow(records)
            state.demand[topicPartition] = overflow ? .max : sum
            return true
        }
        if isAdded { self.signal.wake() }
    }

    /// Asks the thread to end; the first deadline holds. Any thread.
    func requestStop(deadline: ContinuousClock.Instant) {
        self.state.withLock { if $0.deadline == nil { $0.deadline = deadline } }
        self.signal.wake()
    }

    /// The deadline of the stop, once one was asked for.
    var stopDeadline: ContinuousClock.Instant? { self.state.withLock { $0.deadline } }

    /// Asks the thread to go on with a new client. Any thread.
    func requestReconnect() {
        self.state.withLock { $0.isReconnectAsked = true }
        self.signal.wake()
    }

    /// Whether a new client was asked for. The consumer's thread.
    var isReconnectAsked: Bool { self.state.withLock { $0.isReconnectAsked } }

    /// The thread has a new client: what was asked for until now is done.
    func reconnected() { self.state.withLock { $0.isReconnectAsked = false } }

    /// Hands the demand added since the last call over to the consumer's thread.
    func takeDemand(_ body: (KafkaTopicPartition, Int) -> Void) {
        self.state.withLock { state in
            guard !state.demand.isEmpty else { return }
            for (topicPartition, records) in state.demand { body(topicPartition, records) }
            state.demand.removeAll(keepingCapacity: true)
        }
    }

    /// Begins an epoch: demand is accepted for it and for no other. The consumer's thread.
    func begin(epoch: UInt64) {
        self.state.withLock { state in
            state.epoch = epoch
            state.demand.removeAll(keepingCapacity: true)
        }
    }

    /// Ends the running epoch: no demand is accepted until the next begins. The consumer's thread.
    func endEpoch() { self.begin(epoch: 0) }

    /// Remembers which thread is the consumer's.
    func enterThread() {
        self.state.withLock { $0.thread = ObjectIdentifier(Thread.current) }
    }

    var isConsumerThread: Bool {
        let current = ObjectIdentifier(Thread.current)
        return self.state.withLock { $0.thread == current }
    }
}
