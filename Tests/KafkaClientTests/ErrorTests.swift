import KafkaClient
import Testing

@Suite struct ErrorTests {
    @Test func unreachableBrokerIsReportedAndNotFatal() async throws {
        let broker = try EmbeddedBroker(logger: TestCluster.quiet)
        let cluster = TestCluster(embedded: broker)
        // Its port was free a moment ago and nobody listens on it any more.
        broker.close()
        let probe = ConsumerProbe()
        let consumer = try cluster.makeConsumer(probe, topics: ["t"])
        consumer.start()
        let state = try await probe.wait(for: "the failure") { !$0.failures.isEmpty }
        let error = try #require(state.failures.first)
        #expect(error.code == .unreachable)
        #expect(!error.isFatal)
        #expect(error.isRetriable)
        #expect(error.librdkafkaCode < 0)
        #expect(error.description.contains(error.librdkafkaName))
        let failure = #expect(throws: KafkaError.self) {
            try consumer.committed([KafkaTopicPartition(topic: "t", partition: 0)], timeout: .milliseconds(200))
        }
        #expect(failure?.isRetriable == true)
        #expect(consumer.stop(deadline: .now))

        let producer = try cluster.makeProducer(.transactional(id: "t"))
        let late = #expect(throws: KafkaError.self) { try producer.initializeTransactions(timeout: .milliseconds(300)) }
        #expect(late?.isRetriable == true)
        #expect(late?.isFatal == false)
        let missing = #expect(throws: KafkaError.self) {
            try producer.prepare(topics: ["t"], timeout: .milliseconds(100))
        }
        #expect(missing?.isRetriable == true)
        producer.close()
    }

    @Test func flushThrowsWhenARecordCannotBeDelivered() throws {
        let broker = try EmbeddedBroker(topics: ["t": 1], logger: TestCluster.quiet)
        let cluster = TestCluster(embedded: broker)
        let producer = try cluster.makeProducer(properties: ["delivery.timeout.ms": "60000"])
        try producer.produce(KafkaProducerRecord(topic: "t", value: [1]))
        try producer.flush(timeout: .seconds(10))
        try producer.flush(timeout: .zero)

        broker.push([.messageTooLarge], for: .produce)
        try producer.produce(KafkaProducerRecord(topic: "t", value: [2]))
        let refused = #expect(throws: KafkaError.self) { try producer.flush(timeout: .seconds(10)) }
        #expect(refused?.code == .recordTooLarge)
        #expect(refused?.message.contains(" t:") == true)

        try broker.takeDown()
        try producer.produce(KafkaProducerRecord(topic: "t", value: [3]))
        let started = ContinuousClock.now
        let late = #expect(throws: KafkaError.self) { try producer.flush(timeout: .milliseconds(300)) }
        #expect(late?.code == .timedOut)
        #expect(ContinuousClock.now - started < .seconds(3))

        // The broker comes back: the same producer goes on.
        try broker.bringUp()
        try producer.produce(KafkaProducerRecord(topic: "t", value: [4]))
        try producer.flush(timeout: .seconds(15))
        producer.close()
        let closed = #expect(throws: KafkaError.self) { try producer.produce(KafkaProducerRecord(topic: "t")) }
        #expect(closed?.code == .closed)
    }

    @Test func recordLargerThanAllowedIsRefusedAtOnce() throws {
        let cluster = try TestCluster()
        let producer = try cluster.makeProducer(properties: ["message.max.bytes": "2000"])
        let error = #expect(throws: KafkaError.self) {
            try producer.produce(
                KafkaProducerRecord(
                    topic: "t",
                    value: [UInt8](repeating: 0, count: 5000),
                    headers: [KafkaHeader(name: "h", value: [1])]
                )
            )
        }
        #expect(error?.code == .recordTooLarge)
        #expect(error?.isRetriable == false)
        producer.close()
    }

    @Test func fullQueueIsWaitedFor() throws {
        let cluster = try TestCluster()
        let topic = try cluster.makeTopic("full", partitions: 1)
        let producer = try cluster.makeProducer(properties: ["queue.buffering.max.messages": "10"])
        for _ in 0..<200 { try producer.produce(KafkaProducerRecord(topic: topic, value: [1])) }
        try producer.flush(timeout: .seconds(10))
        producer.close()
    }
}
