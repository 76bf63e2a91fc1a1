import CRDKafka
import Dispatch
import Logging
import Synchronization

/// The work of a consumer's thread: polls, assigns, delivers, sleeps.
///
/// Sound as `@unchecked Sendable`: it is handed to its thread once and used nowhere else. The callbacks of the client
/// that reach it (``LibraryContext``) run on that thread too.
final class ConsumerLoop: @unchecked Sendable {
    let consumer: KafkaConsumer
    let settings: KafkaConsumer.Settings
    let handle: LibraryHandle
    let control: ConsumerControl
    let delegate: any KafkaConsumerDelegate
    private let context: LibraryContext
    /// The group's queue: rebalances, errors, statistics. Never records.
    let groupQueue: EventQueue
    /// The running assignment's number; also of the last one.
    var epoch: UInt64
    /// Nothing is assigned any more: the client is about to end.
    var isClosing = false
    /// True from the delegate's `assigned` to its `revoked`.
    var isAssigned = false
    var partitions: [AssignedPartition] = []
    var indexes: [KafkaTopicPartition: Int] = [:]
    /// The partition whose turn is first in the next round.
    var firstTurn = 0
    var pending: PendingAssignment?
    let batch: UnsafeMutableBufferPointer<UnsafeMutablePointer<rd_kafka_message_t>?>
    private var nextPoll = DispatchTime.now()

    /// The group's queue is polled at least this often, whatever else happens: for `max.poll.interval.ms`.
    static let maximumPollInterval = DispatchTimeInterval.milliseconds(100)
    /// Events taken from the group's queue before the partitions get their turn.
    private static let maximumEvents = 100

    init(
        consumer: KafkaConsumer,
        settings: KafkaConsumer.Settings,
        handle: LibraryHandle,
        context: LibraryContext,
        delegate: any KafkaConsumerDelegate,
        control: ConsumerControl,
        epoch: UInt64
    ) {
        self.consumer = consumer
        self.settings = settings
        self.handle = handle
        self.context = context
        self.delegate = delegate
        self.control = control
        self.epoch = epoch
        self.batch = .allocate(capacity: settings.maximumBatchRecords)
        self.batch.initialize(repeating: nil)
        rd_kafka_poll_set_consumer(handle.raw)
        self.groupQueue = EventQueue(rd_kafka_queue_get_consumer(handle.raw), signal: control.signal)
    }

    deinit {
        self.batch.deallocate()
    }

    /// The client's whole life: until a stop, or until another client is asked for.
    func run() {
        self.control.enterThread()
        self.context.consumer = self
        self.subscribe()
        while self.control.stopDeadline == nil, !self.control.isReconnectAsked {
            self.control.turns.wrappingAdd(1, ordering: .relaxed)
            self.pollGroup()
            self.servePendingAssignment()
            self.acceptDemand()
            if !self.deliverRound() { self.control.signal.wait(until: self.nextPoll) }
        }
        self.close()
        self.context.consumer = nil
        self.groupQueue.close()
    }

    private func subscribe() {
        let topics = PartitionList(
            self.settings.topics.map { KafkaTopicPartition(topic: $0, partition: RD_KAFKA_PARTITION_UA) }
        )
        let code = rd_kafka_subscribe(self.handle.raw, topics.raw)
        guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
        self.failed(KafkaError(code, while: "subscribe to \(self.settings.topics.joined(separator: ", "))"))
    }

    /// Serves the group's queue if something is in it or its time has come.
    func pollGroup() {
        let now = DispatchTime.now()
        guard self.groupQueue.takeReady() || now >= self.nextPoll else { return }
        self.nextPoll = now + Self.maximumPollInterval
        var events = 0
        while let message = rd_kafka_consumer_poll(self.handle.raw, 0) {
            self.received(outOfPlace: message.pointee)
            rd_kafka_message_destroy(message)
            events += 1
            if events == Self.maximumEvents {
                self.groupQueue.markReady()
                break
            }
        }
    }

    /// A message of the group's queue: an error. A record would be one that escaped its partition's queue.
    private func received(outOfPlace message: rd_kafka_message_t) {
        if message.err == RD_KAFKA_RESP_ERR__FATAL, let error = self.context.fatalError(of: self.handle.raw) {
            self.failed(error)
        } else if message.err != RD_KAFKA_RESP_ERR_NO_ERROR {
            self.failed(KafkaError(message: message, of: nil))
        } else {
            self.failed(
                KafkaError(
                    code: .fatal,
                    isFatal: true,
                    message: "A record arrived outside of its partition's queue and would be lost. "
                        + "Make a new consumer, and report this with librdkafka's version \(KafkaLibrary.version)."
                )
            )
        }
    }

    /// Tells the delegate of an error; also librdkafka's error callback.
    func failed(_ error: KafkaError) {
        self.delegate.consumer(self.consumer, failed: error)
    }

    /// librdkafka's statistics callback.
    func statistics(_ json: String) {
        self.delegate.consumer(self.consumer, statistics: json)
    }
}
