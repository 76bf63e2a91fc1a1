import KafkaClient
import Testing

/// What a group has committed, seen from outside.
@Suite struct GroupOffsetTests {
    @Test func committedOffsetsAreSeenWithoutJoining() async throws {
        let cluster = try TestCluster()
        let topic = try cluster.makeTopic("group-offsets", partitions: 2)
        try cluster.fill(topic, partition: 0, count: 5)
        let partitions = (Int32(0)..<2).map { KafkaTopicPartition(topic: topic, partition: $0) }
        let probe = ConsumerProbe()
        let consumer = try cluster.makeConsumer(probe, topics: [topic])
        consumer.start()
        _ = try await probe.wait(for: "5 records") { $0.records.count == 5 }
        try consumer.commit([KafkaOffsetCommit(topicPartition: partitions[0], offset: 3, metadata: "so far")])
        let offsets = KafkaGroupOffsets(
            configuration: cluster.configuration(),
            groupID: cluster.name("group"),
            logger: TestCluster.quiet
        )
        let committed = try offsets.committed(partitions)
        #expect(committed[0] == KafkaCommittedOffset(topicPartition: partitions[0], offset: 3, metadata: "so far"))
        #expect(committed[1] == KafkaCommittedOffset(topicPartition: partitions[1], offset: nil))
        #expect(try offsets.committed([]).isEmpty)
        // Nobody joined: nothing was taken from the member.
        #expect(probe.state.revocations.isEmpty && probe.state.assignments.count == 1)
        #expect(consumer.stop(deadline: .soon))
    }

    @Test func brokerThatDoesNotAnswerIsAnError() throws {
        let broker = try EmbeddedBroker(topics: ["gone": 1], logger: TestCluster.quiet)
        let offsets = KafkaGroupOffsets(
            configuration: TestCluster(embedded: broker).configuration(),
            groupID: "g",
            timeout: .milliseconds(700),
            logger: TestCluster.quiet
        )
        broker.close()
        #expect(throws: KafkaError.self) {
            try offsets.committed([KafkaTopicPartition(topic: "gone", partition: 0)])
        }
    }
}
