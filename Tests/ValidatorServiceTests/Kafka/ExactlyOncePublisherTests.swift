import KafkaClient
import Logging
import LoginContracts
import Synchronization
import Testing
import ValidationPipeline

@testable import ValidatorService

/// On the embedded broker, which can be told to refuse; that it does not keep a transaction's offsets is part of the test.
@Suite struct ExactlyOncePublisherTests {
    @Test func publicationOfAnEarlierAssignmentIsRefused() async throws {
        let bench = try await Bench()
        let failure = #expect(throws: PublicationFailure.self) { try bench.publish(epoch: 99) }
        #expect(failure?.message.contains("given up") == true)
        bench.stop()
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        var request: EmbeddedBroker.Request
        var fault: EmbeddedBroker.Fault
        var testDescription: String { "\(self.request) \(self.fault)" }
    }

    static let refusals = [
        // The transaction has to be aborted.
        Refusal(request: .addPartitionsToTransaction, fault: .topicAuthorizationFailed),
        Refusal(request: .transactionalOffsetCommit, fault: .illegalGeneration),
        Refusal(request: .transactionalOffsetCommit, fault: .unknownMember),
        // The producer is lost.
        Refusal(request: .addOffsetsToTransaction, fault: .producerFenced),
        Refusal(request: .endTransaction, fault: .producerFenced),
        Refusal(request: .endTransaction, fault: .invalidProducerEpoch),
    ]

    @Test(arguments: Self.refusals)
    func refusedTransactionIsAFailureAndTheNextOneGoesThrough(refusal: Refusal) async throws {
        let bench = try await Bench()
        bench.broker.push([refusal.fault], for: refusal.request)
        #expect(throws: PublicationFailure.self) { try bench.publish() }
        #expect(bench.fatalErrors.isEmpty)
        try bench.publish()
        #expect(bench.holds.current(validity: .zero).isEmpty)
        bench.stop()
    }

    static let passing = [
        Refusal(request: .endTransaction, fault: .coordinatorLoading),
        Refusal(request: .endTransaction, fault: .notCoordinator),
        Refusal(request: .addOffsetsToTransaction, fault: .concurrentTransactions),
        Refusal(request: .transactionalOffsetCommit, fault: .coordinatorNotAvailable),
        Refusal(request: .produce, fault: .notLeader),
    ]

    @Test(arguments: Self.passing)
    func faultThatPassesIsNoFailure(refusal: Refusal) async throws {
        let bench = try await Bench()
        bench.broker.push([refusal.fault], for: refusal.request)
        try bench.publish()
        bench.stop()
    }

    @Test func rivalWithTheSameIdEndsTheService() async throws {
        let bench = try await Bench()
        bench.broker.push(
            Array(repeating: .invalidProducerEpoch, count: FencingHistory.maximum),
            for: .endTransaction
        )
        for _ in 0..<FencingHistory.maximum {
            #expect(throws: PublicationFailure.self) { try bench.publish() }
        }
        let error = try #require(bench.fatalErrors.first)
        #expect(error.contains("INSTANCE_ID"))
        bench.stop()
    }

    /// Nobody can be asked any more whether it took place; the engine may still try again before its time is up.
    @Test func transactionThatEndsInDoubtAtTheStopIsTheLast() async throws {
        let bench = try await Bench()
        bench.broker.push([.producerFenced], for: .endTransaction)
        bench.giveUpWaiting()
        for _ in 0..<2 {
            let failure = #expect(throws: PublicationFailure.self) { try bench.publish() }
            #expect(failure?.isInDoubt == true)
        }
        bench.stop()
    }

    @Test func brokerThatDoesNotKeepOffsetsIsNamed() async throws {
        let bench = try await Bench()
        try bench.publish()
        #expect(bench.fatalErrors.first?.contains("KAFKA_DELIVERY=at-least-once") == true)
        bench.stop()
    }
}

/// A publisher with a consumer that has an assignment.
private final class Bench: KafkaConsumerDelegate {
    let broker: EmbeddedBroker
    let holds = HoldReasons()
    private let generations = GroupGenerations()
    private let errors = Mutex<[String]>([])
    private let parts = Mutex<(consumer: KafkaConsumer, publisher: ExactlyOncePublisher)?>(nil)
    private let assignments: AsyncStream<UInt64>
    private let assigned: AsyncStream<UInt64>.Continuation

    private static let partition = SourcePartition(topic: "in", partition: 0)

    init() async throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        self.broker = try EmbeddedBroker(topics: ["in": 1, "out": 1, "dead": 1], logger: logger)
        (self.assignments, self.assigned) = AsyncStream.makeStream()
        let configuration = KafkaConfiguration(
            bootstrapServers: self.broker.bootstrapServers,
            clientID: "test",
            properties: ["fetch.wait.max.ms": "20"]
        )
        let consumer = try KafkaConsumer(
            configuration: configuration,
            groupID: "group",
            topics: ["in"],
            delegate: self,
            logger: logger
        )
        let publisher = ExactlyOncePublisher(
            configuration: configuration,
            transactionalID: "group-test",
            consumer: consumer,
            generations: self.generations,
            factory: RecordFactory(
                outcomesTopic: "out",
                deadLettersTopic: "dead",
                outcomes: OutcomeEncoder(mode: .binary, source: "/test"),
                deadLetters: DeadLetterEncoder(groupID: "group", instanceID: "test"),
                maximumRecordBytes: 1_000_000
            ),
            holds: self.holds,
            logger: logger,
            fatal: { error in self.errors.withLock { $0.append("\(error)") } }
        )
        self.parts.withLock { $0 = (consumer, publisher) }
        try publisher.start()
        consumer.start()
        for await _ in self.assignments { break }
    }

    var fatalErrors: [String] { self.errors.withLock { $0 } }

    /// Publishes a dead letter and the progress of its partition.
    func publish(epoch: UInt64 = 1) throws {
        let record = SourceRecord(
            partition: Self.partition,
            offset: 0,
            timestamp: nil,
            key: nil,
            value: [1],
            headers: []
        )
        let publication = Publication(
            epoch: epoch,
            outcomes: [],
            deadLetters: [DeadLetter(record: record, disposition: .malformed, message: "It is a test.")],
            progress: [(Self.partition, CommittedProgress(open: [], end: 1, trailID: "trail", nextIndex: 1))]
        )
        try self.parts.withLock { $0 }?.publisher.publish(publication)
    }

    func giveUpWaiting() {
        self.parts.withLock { $0?.publisher.stop() }
    }

    func stop() {
        guard let parts = self.parts.withLock({ $0.take() }) else { return }
        parts.publisher.stop()
        parts.consumer.stop(deadline: .now + .seconds(5))
        parts.publisher.close()
        self.broker.close()
    }

    func consumer(
        _ consumer: KafkaConsumer,
        assigned: [KafkaCommittedOffset],
        epoch: UInt64
    ) -> [KafkaTopicPartition: Int64] {
        if let metadata = try? consumer.groupMetadata() { self.generations.assigned(epoch: epoch, metadata: metadata) }
        self.assigned.yield(epoch)
        return [:]
    }

    func consumer(_ consumer: KafkaConsumer, revoked: [KafkaTopicPartition], epoch: UInt64, lost: Bool) {}

    func consumer(
        _ consumer: KafkaConsumer,
        received: [KafkaRecord],
        of topicPartition: KafkaTopicPartition,
        epoch: UInt64
    ) {}

    func consumer(_ consumer: KafkaConsumer, failed: KafkaError) {}
}
