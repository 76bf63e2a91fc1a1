import CRDKafka
import Foundation
package import Logging
import Synchronization

/// A member of a consumer group that hands over records as they are asked for.
///
/// One thread of its own polls librdkafka and calls the delegate; see ``KafkaConsumerDelegate``. Records are read from a
/// partition only while it has demand, see ``addDemand(_:for:epoch:)``; what librdkafka fetches ahead is bounded per
/// partition by `queued.max.messages.kbytes` and `queued.min.messages`, so memory does not grow with the backlog.
/// Partitions are taken and given up all at once (the eager protocol, `range` or `roundrobin`).
///
/// A started consumer keeps itself alive until ``stop(deadline:)``.
package final class KafkaConsumer: Sendable {
    let handle: Mutex<LibraryHandle?>
    let control: ConsumerControl
    private let phase: Mutex<Phase>
    let settings: Settings
    private let blueprint: Blueprint

    /// What a consumer does when the group has committed no offset, or one that is no longer there.
    package enum AutoOffsetReset: String, Hashable, Sendable {
        /// It begins with the oldest record.
        case earliest
        /// It begins with the next record written.
        case latest
        /// It reports ``KafkaError/Code/offsetOutOfRange`` and consumes nothing of the partition.
        case error
    }

    struct Settings: Sendable {
        let groupID: String
        let groupInstanceID: String?
        let topics: [String]
        let maximumBatchRecords: Int
    }

    private struct Phase {
        var isStarted = false
        /// Taken by the thread, or dropped by a stop without a start.
        var parts: Parts?
    }

    private struct Parts {
        let context: LibraryContext
        let delegate: any KafkaConsumerDelegate
    }

    /// What a client is made of, kept for the next one.
    private struct Blueprint: Sendable {
        let properties: [(name: String, value: String)]
        let configuration: KafkaConfiguration
        let logger: Logger

        func makeClient() throws(KafkaError) -> (handle: LibraryHandle, context: LibraryContext) {
            let context = LibraryContext(logger: self.logger)
            let handle = try LibraryHandle(
                RD_KAFKA_CONSUMER,
                properties: self.properties,
                configuration: self.configuration,
                context: context
            )
            return (handle, context)
        }
    }

    /// Records of one batch at most.
    package static let maximumBatchRecords = 500

    /// Makes a consumer that has not connected yet.
    ///
    /// - Parameters:
    ///   - configuration: how to reach the cluster.
    ///   - groupID: the consumer group (`group.id`).
    ///   - groupInstanceID: makes the member static (`group.instance.id`): if it is back within `session.timeout.ms`, the
    ///     group does not rebalance. Of two members with one id the earlier gets a fatal ``KafkaError/Code/fenced``.
    ///   - topics: the topics to consume, by name.
    ///   - autoOffsetReset: where to begin if the group has committed nothing.
    ///   - maximumBatchRecords: of one call of the delegate, and of one partition's turn.
    ///   - delegate: kept until the consumer has stopped.
    ///   - logger: what librdkafka says goes there, its information as debugging.
    /// - Throws: ``KafkaError/Code/configuration`` for a property that is refused or that does not fit the others.
    package init(
        configuration: KafkaConfiguration,
        groupID: String,
        groupInstanceID: String? = nil,
        topics: [String],
        autoOffsetReset: AutoOffsetReset = .earliest,
        maximumBatchRecords: Int = KafkaConsumer.maximumBatchRecords,
        delegate: any KafkaConsumerDelegate,
        logger: Logger
    ) throws(KafkaError) {
        precondition(maximumBatchRecords > 0, "A batch holds at least one record.")
        try configuration.validate()
        guard !groupID.isEmpty else {
            throw KafkaConfiguration.problem("group.id", "is empty. Give the consumer group a name")
        }
        guard !topics.isEmpty, !topics.contains(where: \.isEmpty) else {
            throw KafkaError(
                code: .configuration,
                message: "A consumer of group \(groupID) needs at least one topic, and no empty name. Name the topics."
            )
        }
        self.blueprint = Blueprint(
            properties: configuration.consumerProperties(
                groupID: groupID,
                groupInstanceID: groupInstanceID,
                autoOffsetReset: autoOffsetReset
            ),
            configuration: configuration,
            logger: logger
        )
        let (handle, context) = try self.blueprint.makeClient()
        self.handle = Mutex(handle)
        self.control = ConsumerControl()
        self.phase = Mutex(Phase(parts: Parts(context: context, delegate: delegate)))
        self.settings = Settings(
            groupID: groupID,
            groupInstanceID: groupInstanceID,
            topics: topics,
            maximumBatchRecords: maximumBatchRecords
        )
    }

    /// Starts the consumer's thread, which subscribes and polls. A second call, or one after a stop, does nothing.
    package func start() {
        let isFirst = self.phase.withLock { phase in
            defer { phase.isStarted = true }
            return !phase.isStarted
        }
        guard isFirst else { return }
        self.control.ended.enter()
        let thread = Thread {
            self.runThread()
            self.control.ended.leave()
        }
        thread.name = "kafka-consumer"
        thread.start()
    }

    /// The thread's work, one client after the other. When it returns, no reference to a client is left on this thread.
    private func runThread() {
        guard let parts = self.phase.withLock({ $0.parts.take() }) else { return }
        var context = parts.context
        var epoch: UInt64 = 0
        while true {
            epoch = self.runClient(context, parts.delegate, after: epoch)
            self.releaseHandle()
            guard self.control.stopDeadline == nil else { return }
            do throws(KafkaError) {
                let client = try self.blueprint.makeClient()
                context = client.context
                self.handle.withLock { $0 = client.handle }
                self.control.reconnected()
            } catch {
                parts.delegate.consumer(self, failed: error.asFatal)
                return
            }
        }
    }

    /// - Returns: the number of the last assignment.
    private func runClient(
        _ context: LibraryContext,
        _ delegate: any KafkaConsumerDelegate,
        after epoch: UInt64
    ) -> UInt64 {
        guard let handle = self.handle.withLock({ $0 }) else { return epoch }
        let loop = ConsumerLoop(
            consumer: self,
            settings: self.settings,
            handle: handle,
            context: context,
            delegate: delegate,
            control: self.control,
            epoch: epoch
        )
        loop.run()
        return loop.epoch
    }

    /// Leaves the group, destroys the client and joins again with a new one: what can be done about a client that does
    /// not deliver what is there.
    ///
    /// The delegate hears of a revocation and, when the group has rebalanced, of the next assignment; epochs go on
    /// counting. Only asks for it: any thread, returns at once. After a stop, or before a start, it does nothing.
    package func reconnect() {
        self.control.requestReconnect()
    }

    /// How many turns the consumer's thread has made. It makes one at least every 100 ms, unless the delegate or
    /// librdkafka blocks it. Any thread.
    package var turns: UInt64 { self.control.turns.load(ordering: .relaxed) }

    /// Lets the consumer deliver `records` more records of a partition; each record delivered uses up one.
    ///
    /// Thread-safe and cheap; a sleeping consumer wakes at once. Demand for an epoch that is not the running one is
    /// ignored: its records are another assignment's. What was added is lost with the assignment.
    package func addDemand(_ records: Int, for topicPartition: KafkaTopicPartition, epoch: UInt64) {
        precondition(records >= 0, "Demand only grows: \(records).")
        guard records > 0 else { return }
        self.control.addDemand(records, for: topicPartition, epoch: epoch)
    }

    /// Gives up the partitions, leaves the group and ends the thread.
    ///
    /// The delegate is told of the revocation on the consumer's thread. If the group cannot be left until the deadline
    /// (no broker answers), it is left to expire by `session.timeout.ms`. Idempotent. Blocks until the thread has ended;
    /// called by the delegate, on that thread, it only asks for the end.
    ///
    /// - Returns: false if the thread still runs, because the delegate did not return in time; it ends afterwards.
    @discardableResult
    package func stop(deadline: ContinuousClock.Instant) -> Bool {
        self.control.requestStop(deadline: deadline)
        let wasStarted = self.phase.withLock { phase in
            defer { phase.isStarted = true }
            if !phase.isStarted { phase.parts = nil }
            return phase.isStarted
        }
        guard wasStarted else {
            self.releaseHandle()
            return true
        }
        guard !self.control.isConsumerThread else { return false }
        let wait = max(.zero, ContinuousClock.now.duration(to: deadline)) + Self.maximumTeardown
        return self.control.ended.wait(timeout: .now() + .milliseconds(Int(wait.milliseconds))) == .success
    }

    /// How long the last steps of closing and destroying the client may take after the deadline of a stop.
    private static let maximumTeardown = Duration.seconds(3)

    /// Lets go of the client: whoever uses it last destroys it, outside of the lock.
    private func releaseHandle() {
        let handle = self.handle.withLock { $0.take() }
        _ = consume handle
    }

    /// The client, for the time of one call.
    func client(
        _ action: @autoclosure () -> String,
        file: String = #fileID,
        line: Int = #line
    ) throws(KafkaError) -> LibraryHandle {
        guard let handle = self.handle.withLock({ $0 }) else {
            throw KafkaError.closed(while: action(), file: file, line: line)
        }
        return handle
    }
}
