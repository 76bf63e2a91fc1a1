import KafkaClient
import Testing

/// What happens to brokers, as a consumer and a producer live through it.
@Suite struct BrokerFaultTests {
    @Test func consumerGoesOnAfterItsBrokerWasAway() async throws {
        let broker = try EmbeddedBroker(topics: ["away": 1], logger: TestCluster.quiet)
        let cluster = TestCluster(embedded: broker)
        try cluster.fill("away", partition: 0, count: 5)
        let probe = ConsumerProbe()
        let consumer = try cluster.makeConsumer(probe, topics: ["away"], properties: Self.quickReconnects)
        consumer.start()
        try await probe.wait(for: "5 records") { $0.records.count == 5 }
        try broker.takeDown()
        try await probe.wait(for: "a word about it") { $0.failures.contains { $0.code == .unreachable } }
        try broker.bringUp()
        try cluster.fill("away", partition: 0, count: 5)
        let state = try await probe.wait(for: "5 more records") { $0.records.count == 10 }
        #expect(state.failures.allSatisfy { !$0.isFatal })
        #expect(state.records.map(\.offset) == Array(0..<10))
        #expect(state.assignments.count == 1)
        consumer.stop(deadline: .soon)
    }

    @Test func consumerFollowsTheLeaderAndTheCoordinator() async throws {
        let broker = try EmbeddedBroker(brokers: 3, topics: ["moving": 1], logger: TestCluster.quiet)
        let cluster = TestCluster(embedded: broker)
        let partition = KafkaTopicPartition(topic: "moving", partition: 0)
        try broker.setLeader(of: partition, broker: 1)
        try broker.setCoordinator(ofGroup: cluster.name("group"), broker: 1)
        let probe = ConsumerProbe()
        let consumer = try cluster.makeConsumer(probe, topics: ["moving"], properties: Self.quickReconnects)
        consumer.start()
        try await probe.wait(for: "an assignment") { $0.assignments.count == 1 }
        for round in 1...3 {
            try broker.setLeader(of: partition, broker: round % 3 + 1)
            try broker.setCoordinator(ofGroup: cluster.name("group"), broker: (round + 1) % 3 + 1)
            try cluster.fill("moving", partition: 0, count: 4)
            try await probe.wait(for: "round \(round)") { $0.records.count == 4 * round }
        }
        #expect(probe.state.records.map(\.offset) == Array(0..<12))
        #expect(probe.state.assignments.count == 1)
        consumer.stop(deadline: .soon)
    }

    @Test func slowBrokerDelaysAndLosesNothing() async throws {
        let broker = try EmbeddedBroker(topics: ["slow": 2], logger: TestCluster.quiet)
        let cluster = TestCluster(embedded: broker)
        for partition in Int32(0)..<2 { try cluster.fill("slow", partition: partition, count: 50) }
        try broker.setRoundTripTime(.milliseconds(250))
        let probe = ConsumerProbe()
        let consumer = try cluster.makeConsumer(probe, topics: ["slow"])
        consumer.start()
        let state = try await probe.wait(for: "100 records") { $0.records.count == 100 }
        #expect(state.assignments.count == 1)
        #expect(consumer.stop(deadline: .soon))
        #expect(probe.state.revocations.map(\.lost) == [false])
    }

    @Test(arguments: [
        EmbeddedBroker.Fault.coordinatorLoading, .coordinatorNotAvailable, .notCoordinator, .unstableOffsetCommit,
        .disconnect,
    ])
    func assignmentWaitsForItsCommittedOffsets(fault: EmbeddedBroker.Fault) async throws {
        let broker = try EmbeddedBroker(topics: ["offsets": 1], logger: TestCluster.quiet)
        let cluster = TestCluster(embedded: broker)
        try cluster.fill("offsets", partition: 0, count: 5)
        broker.push(Array(repeating: fault, count: 4), for: .offsetFetch)
        let probe = ConsumerProbe()
        let consumer = try cluster.makeConsumer(probe, topics: ["offsets"], properties: Self.quickReconnects)
        consumer.start()
        let state = try await probe.wait(for: "5 records") { $0.records.count == 5 }
        #expect(state.assignments.count == 1)
        #expect(state.failures.allSatisfy { !$0.isFatal })
        consumer.stop(deadline: .soon)
    }

    @Test(arguments: [EmbeddedBroker.Fault.unknownMember, .illegalGeneration, .rebalanceInProgress])
    func memberThatIsSentAwayComesBack(fault: EmbeddedBroker.Fault) async throws {
        let broker = try EmbeddedBroker(topics: ["sent-away": 1], logger: TestCluster.quiet)
        let cluster = TestCluster(embedded: broker)
        try cluster.fill("sent-away", partition: 0, count: 1)
        let probe = ConsumerProbe()
        let consumer = try cluster.makeConsumer(probe, topics: ["sent-away"])
        consumer.start()
        try await probe.wait(for: "the record") { $0.records.count == 1 }
        broker.push([fault], for: .heartbeat)
        let state = try await probe.wait(for: "the record again") { $0.records.count == 2 }
        #expect(state.assignments.map(\.epoch) == [1, 2])
        #expect(state.revocations.map(\.lost) == [fault != .rebalanceInProgress])
        consumer.stop(deadline: .soon)
    }

    @Test func transactionOutlivesABrokerThatWasAway() throws {
        let broker = try EmbeddedBroker(topics: ["t": 1], logger: TestCluster.quiet)
        let cluster = TestCluster(embedded: broker)
        let producer = try cluster.makeProducer(.transactional(id: "away"), properties: Self.quickReconnects)
        try producer.initializeTransactions(timeout: .seconds(10))
        try producer.beginTransaction()
        try producer.produce(KafkaProducerRecord(topic: "t", value: [1]))
        try broker.takeDown()
        let error = #expect(throws: KafkaError.self) { try producer.commitTransaction(timeout: .milliseconds(500)) }
        #expect(error?.isRetriable == true)
        try broker.bringUp()
        try producer.commitTransaction(timeout: .seconds(20))
        producer.close()
    }

    @Test(.enabled(if: TestCluster.isReal, Comment(rawValue: TestCluster.needsRealBroker)))
    func transactionThatOutlivesItsTimeIsAbortedAndItsProducerFenced() async throws {
        let cluster = try TestCluster()
        let topic = try cluster.makeTopic("late", partitions: 1)
        let id = KafkaProducer.Mode.transactional(id: cluster.name("id"))
        let late = try KafkaProducer(
            configuration: cluster.configuration(),
            mode: id,
            transactionTimeout: .seconds(1),
            logger: TestCluster.quiet
        )
        try late.initializeTransactions(timeout: .seconds(20))
        try late.beginTransaction()
        try late.produce(KafkaProducerRecord(topic: topic, value: [1]))
        try late.flush(timeout: .seconds(20))
        // A reader of committed records gets past the transaction only when the broker has ended it.
        try cluster.fill(topic, partition: 0, count: 1)
        let probe = ConsumerProbe()
        let reader = try cluster.makeConsumer(probe, topics: [topic])
        reader.start()
        let state = try await probe.wait(for: "the record behind it", within: .seconds(40)) { $0.records.count == 1 }
        #expect(state.records.map(\.value) == [Array("0".utf8)])
        let error = #expect(throws: KafkaError.self) { try late.commitTransaction(timeout: .seconds(20)) }
        #expect(error?.code == .fenced)
        #expect(error?.isRetriable == false)
        late.close()
        reader.stop(deadline: .soon)
    }

    @Test(.enabled(if: TestCluster.isReal, Comment(rawValue: TestCluster.needsRealBroker)))
    func partitionsThatAreAddedAreConsumed() async throws {
        let cluster = try TestCluster()
        let topic = try cluster.makeTopic("growing", partitions: 1)
        try cluster.fill(topic, partition: 0, count: 1)
        let probe = ConsumerProbe()
        let consumer = try cluster.makeConsumer(probe, topics: [topic])
        consumer.start()
        try await probe.wait(for: "the record") { $0.records.count == 1 }
        let administrator = try KafkaAdministrator(configuration: cluster.configuration(), logger: TestCluster.quiet)
        try administrator.addPartitions(to: topic, total: 3, timeout: .seconds(20))
        try await probe.wait(for: "three partitions") { $0.assignments.last?.offsets.count == 3 }
        for partition in Int32(1)..<3 { try cluster.fill(topic, partition: partition, count: 4) }
        try await probe.wait(for: "their records") { state in
            (Int32(1)..<3).allSatisfy { state.records(of: .init(topic: topic, partition: $0)).count == 4 }
        }
        consumer.stop(deadline: .soon)
    }

    private static let quickReconnects = ["reconnect.backoff.ms": "20", "reconnect.backoff.max.ms": "200"]
}
