import KafkaClient
import Testing

@Suite struct BacklogProbeTests {
    @Test func findsTheFirstRecordFromAnOffsetOnAndNothingAtTheEnd() throws {
        let cluster = try TestCluster()
        let topic = try cluster.makeTopic("backlog", partitions: 3)
        for partition in Int32(0)..<2 { try cluster.fill(topic, partition: partition, count: 5) }
        let probe = Self.probe(cluster)
        let partitions = (Int32(0)..<3).map { KafkaTopicPartition(topic: topic, partition: $0) }
        let findings = try probe.findings(
            [partitions[0]: 3, partitions[1]: 5, partitions[2]: 0],
            timeout: .seconds(20)
        )
        #expect(findings == [partitions[0]: .record(3), partitions[1]: .none, partitions[2]: .none])
        #expect(try probe.findings([:], timeout: .seconds(20)).isEmpty)
    }

    @Test func clusterThatDoesNotAnswerIsAnError() throws {
        let broker = try EmbeddedBroker(topics: ["gone": 1], logger: TestCluster.quiet)
        let cluster = TestCluster(embedded: broker)
        broker.close()
        let error = #expect(throws: KafkaError.self) {
            try Self.probe(cluster).findings([:], timeout: .milliseconds(300))
        }
        #expect(error?.code == .timedOut)
    }

    @Test(.enabled(if: TestCluster.isReal, Comment(rawValue: TestCluster.needsRealBroker)))
    func markersAndAbortedRecordsAreNoBacklog() throws {
        let cluster = try TestCluster()
        let topic = try cluster.makeTopic("backlog-aborted", partitions: 1)
        let partition = KafkaTopicPartition(topic: topic, partition: 0)
        let producer = try cluster.makeProducer(.transactional(id: cluster.name("id")))
        try producer.initializeTransactions(timeout: .seconds(20))
        try producer.beginTransaction()
        try producer.produce(KafkaProducerRecord(topic: topic, value: [1]))
        try producer.commitTransaction(timeout: .seconds(20))
        try producer.beginTransaction()
        try producer.produce(KafkaProducerRecord(topic: topic, value: [2]))
        try producer.flush(timeout: .seconds(20))
        try producer.abortTransaction(timeout: .seconds(20))
        // Offset 1 is the marker of the commit, 2 the aborted record, 3 the marker of the abort.
        #expect(try Self.probe(cluster).findings([partition: 1], timeout: .seconds(20)) == [partition: .none])
        producer.close()
    }

    private static func probe(_ cluster: TestCluster) -> KafkaBacklogProbe {
        KafkaBacklogProbe(
            configuration: cluster.configuration(["fetch.wait.max.ms": "20"]),
            groupID: cluster.name("group"),
            logger: TestCluster.quiet
        )
    }
}
