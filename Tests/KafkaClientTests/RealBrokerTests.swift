import KafkaClient
import Testing

/// What the embedded broker does not do.
@Suite(.enabled(if: TestCluster.isReal, Comment(rawValue: TestCluster.needsRealBroker)))
struct RealBrokerTests {
    @Test func abortedRecordsAreHiddenAndOffsetsKeptWithTheTransaction() async throws {
        let cluster = try TestCluster()
        let input = try cluster.makeTopic("input", partitions: 1)
        let output = try cluster.makeTopic("output", partitions: 1)
        try cluster.fill(input, partition: 0, count: 5)
        let partition = KafkaTopicPartition(topic: input, partition: 0)
        let metadata = String(repeating: "m", count: 4096)

        let probe = ConsumerProbe()
        let consumer = try cluster.makeConsumer(probe, topics: [input])
        consumer.start()
        try await probe.wait(for: "5 records") { $0.records.count == 5 }
        let producer = try cluster.makeProducer(.transactional(id: cluster.name("id")))
        try producer.initializeTransactions(timeout: .seconds(20))

        try producer.beginTransaction()
        try producer.produce(KafkaProducerRecord(topic: output, value: [0]))
        try producer.sendOffsets(
            [KafkaOffsetCommit(topicPartition: partition, offset: 2)],
            group: consumer.groupMetadata(),
            timeout: .seconds(20)
        )
        try producer.flush(timeout: .seconds(20))
        try producer.abortTransaction(timeout: .seconds(20))
        #expect(try consumer.committed([partition], timeout: .seconds(20))[0].offset == nil)

        try producer.beginTransaction()
        try producer.produce(KafkaProducerRecord(topic: output, value: [1]))
        try producer.sendOffsets(
            [KafkaOffsetCommit(topicPartition: partition, offset: 4, metadata: metadata)],
            group: consumer.groupMetadata(),
            timeout: .seconds(20)
        )
        try producer.commitTransaction(timeout: .seconds(20))
        #expect(
            try consumer.committed([partition], timeout: .seconds(20))
                == [KafkaCommittedOffset(topicPartition: partition, offset: 4, metadata: metadata)]
        )

        try producer.beginTransaction()
        let long = #expect(throws: KafkaError.self) {
            try producer.sendOffsets(
                [KafkaOffsetCommit(topicPartition: partition, offset: 5, metadata: metadata + "m")],
                group: consumer.groupMetadata(),
                timeout: .seconds(20)
            )
        }
        #expect(long?.code == .offsetMetadataTooLarge)
        try producer.abortTransaction(timeout: .seconds(20))

        let results = ConsumerProbe()
        let reader = try cluster.makeConsumer(results, group: "reader", topics: [output])
        reader.start()
        let state = try await results.wait(for: "the committed record") { !$0.records.isEmpty }
        #expect(state.records.map(\.value) == [[1]])
        reader.stop(deadline: .soon)
        consumer.stop(deadline: .soon)
        producer.close()
    }

    @Test func laterProducerFencesTheEarlier() throws {
        let cluster = try TestCluster()
        let topic = try cluster.makeTopic("fenced", partitions: 1)
        let id = KafkaProducer.Mode.transactional(id: cluster.name("id"))
        let old = try cluster.makeProducer(id)
        try old.initializeTransactions(timeout: .seconds(20))
        try old.beginTransaction()
        try old.produce(KafkaProducerRecord(topic: topic, value: [1]))
        let new = try cluster.makeProducer(id)
        try new.initializeTransactions(timeout: .seconds(20))
        let error = #expect(throws: KafkaError.self) { try old.commitTransaction(timeout: .seconds(20)) }
        #expect(error?.code == .fenced || error?.isFatal == true)
        try new.beginTransaction()
        try new.produce(KafkaProducerRecord(topic: topic, value: [2]))
        try new.commitTransaction(timeout: .seconds(20))
        old.close()
        new.close()
    }

    @Test func offsetsOfAnOldGenerationAreRefused() async throws {
        let cluster = try TestCluster()
        let topic = try cluster.makeTopic("generation", partitions: 2)
        let first = ConsumerProbe()
        let one = try cluster.makeConsumer(first, topics: [topic])
        one.start()
        try await first.wait(for: "an assignment") { $0.assignments.count == 1 }
        let old = try one.groupMetadata()
        let second = ConsumerProbe()
        let two = try cluster.makeConsumer(second, topics: [topic])
        two.start()
        try await first.wait(for: "the second assignment") { $0.assignments.count == 2 }
        try await second.wait(for: "an assignment") { $0.assignments.count == 1 }

        let producer = try cluster.makeProducer(.transactional(id: cluster.name("id")))
        try producer.initializeTransactions(timeout: .seconds(20))
        try producer.beginTransaction()
        let error = #expect(throws: KafkaError.self) {
            try producer.sendOffsets(
                [KafkaOffsetCommit(topicPartition: KafkaTopicPartition(topic: topic, partition: 0), offset: 1)],
                group: old,
                timeout: .seconds(20)
            )
        }
        #expect(error?.code == .membershipLost)
        #expect(error?.mustAbort == true)
        try producer.abortTransaction(timeout: .seconds(20))
        producer.close()
        one.stop(deadline: .soon)
        two.stop(deadline: .soon)
    }
}
