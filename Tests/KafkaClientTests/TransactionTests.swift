import KafkaClient
import Testing

@Suite struct TransactionTests {
    @Test func transactionCommitsRecords() async throws {
        let cluster = try TestCluster()
        let topic = try cluster.makeTopic("transaction", partitions: 1)
        let producer = try cluster.makeProducer(.transactional(id: cluster.name("id")))
        try producer.initializeTransactions(timeout: .seconds(20))
        for round in 0..<3 {
            try producer.beginTransaction()
            try producer.produce(KafkaProducerRecord(topic: topic, value: [UInt8(round)]))
            try producer.commitTransaction(timeout: .seconds(20))
        }
        let probe = ConsumerProbe()
        let consumer = try cluster.makeConsumer(probe, topics: [topic])
        consumer.start()
        let state = try await probe.wait(for: "3 records") { $0.records.count == 3 }
        consumer.stop(deadline: .soon)
        producer.close()
        #expect(state.records.map(\.value) == [[0], [1], [2]])
    }

    @Test func callsOutOfOrderAreInvalid() throws {
        let cluster = try TestCluster()
        let producer = try cluster.makeProducer(.transactional(id: cluster.name("order")))
        let early = #expect(throws: KafkaError.self) { try producer.beginTransaction() }
        #expect(early?.code == .invalidState)
        try producer.initializeTransactions(timeout: .seconds(20))
        let none = #expect(throws: KafkaError.self) { try producer.commitTransaction(timeout: .seconds(5)) }
        #expect(none?.code == .invalidState)
        let outside = #expect(throws: KafkaError.self) { try producer.produce(KafkaProducerRecord(topic: "t")) }
        #expect(outside?.code == .invalidState)
        producer.close()
    }

    @Test func faultThatNeedsAnAbortSaysSo() throws {
        let broker = try EmbeddedBroker(topics: ["t": 1], logger: TestCluster.quiet)
        let cluster = TestCluster(embedded: broker)
        let producer = try cluster.makeProducer(.transactional(id: "abort"))
        try producer.initializeTransactions(timeout: .seconds(10))
        try producer.beginTransaction()
        broker.push([.topicAuthorizationFailed], for: .addPartitionsToTransaction)
        try producer.produce(KafkaProducerRecord(topic: "t", value: [1]))
        let error = #expect(throws: KafkaError.self) { try producer.commitTransaction(timeout: .seconds(10)) }
        #expect(error?.mustAbort == true)
        #expect(error?.isFatal == false)
        try producer.abortTransaction(timeout: .seconds(10))

        // After the abort the producer works again.
        try producer.beginTransaction()
        try producer.produce(KafkaProducerRecord(topic: "t", value: [2]))
        try producer.commitTransaction(timeout: .seconds(10))
        producer.close()
    }

    @Test func passingFaultsAreRetriedByTheLibrary() throws {
        let broker = try EmbeddedBroker(topics: ["t": 1], logger: TestCluster.quiet)
        let cluster = TestCluster(embedded: broker)
        let producer = try cluster.makeProducer(.transactional(id: "retry"))
        broker.push([.coordinatorLoading], for: .initializeProducerID)
        try producer.initializeTransactions(timeout: .seconds(10))
        try producer.beginTransaction()
        try producer.produce(KafkaProducerRecord(topic: "t", value: [1]))
        broker.push([.coordinatorNotAvailable, .concurrentTransactions], for: .endTransaction)
        try producer.commitTransaction(timeout: .seconds(10))
        producer.close()
    }

    @Test func commitThatTimesOutCanBeMadeAgain() throws {
        let broker = try EmbeddedBroker(topics: ["t": 1], logger: TestCluster.quiet)
        let cluster = TestCluster(embedded: broker)
        let producer = try cluster.makeProducer(.transactional(id: "late"))
        try producer.initializeTransactions(timeout: .seconds(10))
        try producer.beginTransaction()
        try producer.produce(KafkaProducerRecord(topic: "t", value: [1]))
        try broker.setRoundTripTime(.milliseconds(800))
        let error = #expect(throws: KafkaError.self) { try producer.commitTransaction(timeout: .milliseconds(200)) }
        #expect(error?.isRetriable == true)
        #expect(error?.mustAbort == false)
        try broker.setRoundTripTime(.zero)
        try producer.commitTransaction(timeout: .seconds(10))
        producer.close()
    }

    @Test func fencedProducerIsFatal() throws {
        let broker = try EmbeddedBroker(topics: ["t": 1], logger: TestCluster.quiet)
        let cluster = TestCluster(embedded: broker)
        let producer = try cluster.makeProducer(.transactional(id: "fenced"))
        try producer.initializeTransactions(timeout: .seconds(10))
        try producer.beginTransaction()
        try producer.produce(KafkaProducerRecord(topic: "t", value: [1]))
        broker.push([.producerFenced], for: .endTransaction)
        let error = #expect(throws: KafkaError.self) { try producer.commitTransaction(timeout: .seconds(10)) }
        #expect(error?.code == .fenced)
        #expect(error?.isFatal == true)
        producer.close()
    }
}
