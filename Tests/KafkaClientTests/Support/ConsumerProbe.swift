import KafkaClient
import Synchronization

/// A delegate that remembers what it is told and lets a test wait for it.
final class ConsumerProbe: KafkaConsumerDelegate {
    struct Assignment: Sendable {
        let offsets: [KafkaCommittedOffset]
        let epoch: UInt64
        var partitions: [KafkaTopicPartition] { self.offsets.map(\.topicPartition) }
    }

    struct Revocation: Sendable {
        let partitions: [KafkaTopicPartition]
        let epoch: UInt64
        let lost: Bool
    }

    struct Batch: Sendable {
        let records: [KafkaRecord]
        let topicPartition: KafkaTopicPartition
        let epoch: UInt64
    }

    struct State: Sendable {
        var assignments: [Assignment] = []
        var revocations: [Revocation] = []
        var batches: [Batch] = []
        var failures: [KafkaError] = []
        var statistics: [String] = []
        var records: [KafkaRecord] { self.batches.flatMap(\.records) }

        func records(of partition: KafkaTopicPartition) -> [KafkaRecord] {
            self.batches.filter { $0.topicPartition == partition }.flatMap(\.records)
        }
    }

    struct DeadlinePassed: Error, CustomStringConvertible {
        let what: String
        let state: State
        var description: String {
            "Nothing happened in time: \(self.what). \(self.state.assignments.count) assignments, "
                + "\(self.state.revocations.count) revocations, \(self.state.records.count) records, "
                + "failures \(self.state.failures)"
        }
    }

    private struct Waiter {
        let id: Int
        let predicate: @Sendable (State) -> Bool
        let continuation: CheckedContinuation<State?, Never>
    }

    private struct Shared {
        var state = State()
        var waiters: [Waiter] = []
        var lastID = 0
    }

    private let shared = Mutex(Shared())
    /// Demand that a partition gets when it is assigned.
    private let initialDemand: @Sendable (KafkaTopicPartition) -> Int
    private let start: @Sendable (KafkaCommittedOffset) -> Int64?
    private let onRevoke: @Sendable (KafkaConsumer) -> Void
    private let onReceive: @Sendable (KafkaConsumer, Batch) -> Void

    init(
        initialDemand: @escaping @Sendable (KafkaTopicPartition) -> Int = { _ in 1_000_000 },
        start: @escaping @Sendable (KafkaCommittedOffset) -> Int64? = { _ in nil },
        onRevoke: @escaping @Sendable (KafkaConsumer) -> Void = { _ in },
        onReceive: @escaping @Sendable (KafkaConsumer, Batch) -> Void = { _, _ in }
    ) {
        self.initialDemand = initialDemand
        self.start = start
        self.onRevoke = onRevoke
        self.onReceive = onReceive
    }

    var state: State { self.shared.withLock { $0.state } }

    /// Returns as soon as what was told so far fulfils the predicate; throws after the deadline.
    @discardableResult
    func wait(
        for what: String,
        within limit: Duration = .seconds(25),
        until predicate: @escaping @Sendable (State) -> Bool
    ) async throws -> State {
        let id = self.shared.withLock { shared in
            shared.lastID += 1
            return shared.lastID
        }
        let deadline = Task {
            try await Task.sleep(for: limit)
            self.giveUp(id)
        }
        defer { deadline.cancel() }
        let state = await withCheckedContinuation { continuation in
            let now: State? = self.shared.withLock { shared in
                if predicate(shared.state) { return shared.state }
                shared.waiters.append(Waiter(id: id, predicate: predicate, continuation: continuation))
                return nil
            }
            if let now { continuation.resume(returning: now) }
        }
        guard let state else { throw DeadlinePassed(what: what, state: self.state) }
        return state
    }

    private func giveUp(_ id: Int) {
        let waiter = self.shared.withLock { shared in
            shared.waiters.firstIndex { $0.id == id }.map { shared.waiters.remove(at: $0) }
        }
        waiter?.continuation.resume(returning: nil)
    }

    private func change(_ body: (inout State) -> Void) {
        let (state, ready) = self.shared.withLock { shared in
            body(&shared.state)
            let state = shared.state
            let ready = shared.waiters.filter { $0.predicate(state) }
            shared.waiters.removeAll { waiter in ready.contains { $0.id == waiter.id } }
            return (state, ready)
        }
        for waiter in ready { waiter.continuation.resume(returning: state) }
    }

    func consumer(
        _ consumer: KafkaConsumer,
        assigned: [KafkaCommittedOffset],
        epoch: UInt64
    ) -> [KafkaTopicPartition: Int64] {
        for offset in assigned {
            consumer.addDemand(self.initialDemand(offset.topicPartition), for: offset.topicPartition, epoch: epoch)
        }
        self.change { $0.assignments.append(Assignment(offsets: assigned, epoch: epoch)) }
        return Dictionary(
            uniqueKeysWithValues: assigned.compactMap { offset in
                self.start(offset).map { (offset.topicPartition, $0) }
            }
        )
    }

    func consumer(_ consumer: KafkaConsumer, revoked: [KafkaTopicPartition], epoch: UInt64, lost: Bool) {
        self.onRevoke(consumer)
        self.change { $0.revocations.append(Revocation(partitions: revoked, epoch: epoch, lost: lost)) }
    }

    func consumer(
        _ consumer: KafkaConsumer,
        received: [KafkaRecord],
        of topicPartition: KafkaTopicPartition,
        epoch: UInt64
    ) {
        let batch = Batch(records: received, topicPartition: topicPartition, epoch: epoch)
        self.onReceive(consumer, batch)
        self.change { $0.batches.append(batch) }
    }

    func consumer(_ consumer: KafkaConsumer, failed: KafkaError) {
        self.change { $0.failures.append(failed) }
    }

    func consumer(_ consumer: KafkaConsumer, statistics: String) {
        self.change { $0.statistics.append(statistics) }
    }
}
