import Foundation
import KafkaClient
import Synchronization
import Testing

@Suite struct StopTests {
    @Test func stopRevokesAndEndsTheThread() async throws {
        let cluster = try TestCluster()
        let topic = try cluster.makeTopic("stop", partitions: 2)
        for partition in Int32(0)..<2 { try cluster.fill(topic, partition: partition, count: 5000) }
        let probe = ConsumerProbe(initialDemand: { _ in 10 })
        let consumer = try cluster.makeConsumer(probe, topics: [topic])
        consumer.start()
        consumer.start()
        try await probe.wait(for: "20 records") { $0.records.count == 20 }
        #expect(consumer.stop(deadline: .soon))
        #expect(consumer.stop(deadline: .soon))
        consumer.start()
        #expect(probe.state.revocations.map(\.lost) == [false])
        #expect(probe.state.revocations.first?.partitions.count == 2)
        #expect(probe.state.records.count == 20)
        let error = #expect(throws: KafkaError.self) {
            try consumer.commit([
                KafkaOffsetCommit(topicPartition: KafkaTopicPartition(topic: topic, partition: 0), offset: 1)
            ])
        }
        #expect(error?.code == .closed)
        #expect(throws: KafkaError.self) { try consumer.groupMetadata() }
    }

    @Test func stopWithoutAStartOnlyCloses() throws {
        let cluster = try TestCluster()
        let probe = ConsumerProbe()
        let consumer = try cluster.makeConsumer(probe, topics: ["never"])
        #expect(consumer.stop(deadline: .now))
        consumer.start()
        #expect(consumer.stop(deadline: .now))
        #expect(probe.state.assignments.isEmpty)
    }

    @Test func stopWithoutABrokerEndsAtItsDeadline() async throws {
        let broker = try EmbeddedBroker(topics: ["gone": 1], logger: TestCluster.quiet)
        let cluster = TestCluster(embedded: broker)
        try cluster.fill("gone", partition: 0, count: 5)
        let probe = ConsumerProbe()
        let consumer = try cluster.makeConsumer(probe, topics: ["gone"])
        consumer.start()
        try await probe.wait(for: "5 records") { $0.records.count == 5 }
        broker.close()
        let started = ContinuousClock.now
        #expect(consumer.stop(deadline: .now + .seconds(1)))
        #expect(ContinuousClock.now - started < .seconds(4))
        #expect(probe.state.revocations.count == 1)
    }

    @Test func stopCalledByTheDelegateDoesNotWaitForItself() async throws {
        let cluster = try TestCluster()
        let topic = try cluster.makeTopic("self", partitions: 1)
        try cluster.fill(topic, partition: 0, count: 1)
        let answer = Mutex<Bool?>(nil)
        let probe = ConsumerProbe(onReceive: { consumer, _ in
            let ended = consumer.stop(deadline: .soon)
            answer.withLock { $0 = ended }
        })
        let consumer = try cluster.makeConsumer(probe, topics: [topic])
        consumer.start()
        try await probe.wait(for: "the revocation") { $0.revocations.count == 1 }
        #expect(answer.withLock { $0 } == false)
        #expect(consumer.stop(deadline: .soon))
    }

    @Test func stopGivesUpWaitingForADelegateThatBlocks() async throws {
        let cluster = try TestCluster()
        let topic = try cluster.makeTopic("stuck", partitions: 1)
        try cluster.fill(topic, partition: 0, count: 1)
        let release = DispatchSemaphore(value: 0)
        let probe = ConsumerProbe(onRevoke: { _ in _ = release.wait(timeout: .now() + 20) })
        let consumer = try cluster.makeConsumer(probe, topics: [topic])
        consumer.start()
        try await probe.wait(for: "the record") { $0.records.count == 1 }
        #expect(!consumer.stop(deadline: .now))
        release.signal()
        #expect(consumer.stop(deadline: .soon))
    }

    /// Everything is dropped in every order while it works; that it ends is the assertion.
    @Test(arguments: [
        ["consumer", "producer", "broker"], ["broker", "producer", "consumer"], ["producer", "broker", "consumer"],
    ])
    func clientsAndBrokerMayEndInAnyOrder(order: [String]) async throws {
        let broker = try EmbeddedBroker(topics: ["order": 2], logger: TestCluster.quiet)
        let cluster = TestCluster(embedded: broker)
        try cluster.fill("order", partition: 0, count: 100)
        let probe = ConsumerProbe(initialDemand: { _ in 3 })
        let consumer = try cluster.makeConsumer(probe, topics: ["order"])
        let producer = try cluster.makeProducer(.transactional(id: "order"))
        consumer.start()
        try producer.initializeTransactions(timeout: .seconds(10))
        try producer.beginTransaction()
        try producer.produce(KafkaProducerRecord(topic: "order", value: [1]))
        try await probe.wait(for: "3 records") { $0.records.count >= 3 }
        for part in order {
            switch part {
            case "consumer": #expect(consumer.stop(deadline: .now + .seconds(1)))
            case "producer": producer.close()
            default: broker.close()
            }
        }
        let error = #expect(throws: KafkaError.self) { try producer.commitTransaction(timeout: .seconds(1)) }
        #expect(error?.code == .closed)
        #expect(throws: KafkaError.self) { try broker.createTopic("late", partitions: 1) }
    }
}
