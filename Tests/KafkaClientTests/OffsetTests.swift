import KafkaClient
import Testing

@Suite struct OffsetTests {
    @Test func nextMemberBeginsAtTheCommittedOffsetAndSeesItsMetadata() async throws {
        let cluster = try TestCluster()
        let topic = try cluster.makeTopic("offsets", partitions: 2)
        for partition in Int32(0)..<2 { try cluster.fill(topic, partition: partition, count: 10) }
        let partitions = (Int32(0)..<2).map { KafkaTopicPartition(topic: topic, partition: $0) }
        let metadata = "done:é\(String(repeating: "x", count: 1000))"

        let first = ConsumerProbe()
        let consumer = try cluster.makeConsumer(first, topics: [topic])
        consumer.start()
        let state = try await first.wait(for: "20 records") { $0.records.count == 20 }
        #expect(state.assignments.map(\.epoch) == [1])
        #expect(
            Set(state.assignments[0].offsets)
                == Set(partitions.map { KafkaCommittedOffset(topicPartition: $0, offset: nil) })
        )
        try consumer.commit([KafkaOffsetCommit(topicPartition: partitions[0], offset: 4, metadata: metadata)])
        let committed = try consumer.committed(partitions, timeout: .seconds(10))
        #expect(committed[0] == KafkaCommittedOffset(topicPartition: partitions[0], offset: 4, metadata: metadata))
        #expect(committed[1] == KafkaCommittedOffset(topicPartition: partitions[1], offset: nil))
        #expect(consumer.stop(deadline: .soon))

        let second = ConsumerProbe(start: { $0.topicPartition.partition == 1 ? 8 : nil })
        let next = try cluster.makeConsumer(second, topics: [topic])
        next.start()
        let resumed = try await second.wait(for: "8 records") { $0.records.count == 8 }
        next.stop(deadline: .soon)
        #expect(resumed.assignments[0].offsets.first { $0.topicPartition == partitions[0] } == committed[0])
        #expect(resumed.records(of: partitions[0]).map(\.offset) == Array(4..<10))
        #expect(resumed.records(of: partitions[1]).map(\.offset) == [8, 9])
    }

    @Test func committingNothingIsNoError() throws {
        let cluster = try TestCluster()
        let consumer = try cluster.makeConsumer(ConsumerProbe(), topics: ["nothing"])
        try consumer.commit([])
        #expect(try consumer.committed([], timeout: .seconds(1)).isEmpty)
        consumer.stop(deadline: .soon)
    }

    @Test func committedOffsetsAreFetchedAgainUntilTheyArrive() async throws {
        let broker = try EmbeddedBroker(topics: ["retry": 1], logger: TestCluster.quiet)
        let cluster = TestCluster(embedded: broker)
        try cluster.fill("retry", partition: 0, count: 3)
        broker.push([.code(29), .code(30)], for: .offsetFetch)
        let probe = ConsumerProbe()
        let consumer = try cluster.makeConsumer(probe, topics: ["retry"])
        consumer.start()
        let state = try await probe.wait(for: "3 records") { $0.records.count == 3 }
        consumer.stop(deadline: .soon)
        #expect(state.assignments.count == 1)
        #expect(state.failures.contains { $0.code == .authorization && !$0.isFatal })
        #expect(probe.state.revocations.map(\.epoch) == [1])
    }
}
