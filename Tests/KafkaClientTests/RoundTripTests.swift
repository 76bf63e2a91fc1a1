import KafkaClient
import Testing

@Suite struct RoundTripTests {
    @Test func recordKeepsKeyValueHeadersAndTimestamp() async throws {
        let cluster = try TestCluster()
        let topic = try cluster.makeTopic("round-trip", partitions: 1)
        let producer = try cluster.makeProducer()
        let headers = [
            KafkaHeader(name: "text", value: Array("grüß".utf8)),
            KafkaHeader(name: "null", value: nil),
            KafkaHeader(name: "empty", value: []),
            KafkaHeader(name: "text", value: [0, 255]),
        ]
        let records = [
            KafkaProducerRecord(
                topic: topic,
                key: [1, 0, 2],
                value: [3],
                headers: headers,
                timestampMilliseconds: 1_700_000_000_123
            ),
            KafkaProducerRecord(topic: topic, key: Array("k".utf8), value: nil),
            KafkaProducerRecord(topic: topic, key: nil, value: []),
            KafkaProducerRecord(topic: topic, key: [], value: [UInt8](repeating: 7, count: 200_000)),
        ]
        for record in records { try producer.produce(record) }
        try producer.flush(timeout: .seconds(20))
        producer.close()

        let probe = ConsumerProbe()
        let consumer = try cluster.makeConsumer(probe, topics: [topic])
        consumer.start()
        let received = try await probe.wait(for: "4 records") { $0.records.count == 4 }.records
        #expect(consumer.stop(deadline: .soon))

        #expect(received.map(\.offset) == [0, 1, 2, 3])
        #expect(received.map(\.key) == records.map(\.key))
        #expect(received.map(\.value) == records.map(\.value))
        #expect(received[0].headers == headers)
        #expect(received[1].headers.isEmpty)
        #expect(received[0].timestampMilliseconds == 1_700_000_000_123)
        #expect((received[1].timestampMilliseconds ?? 0) > 1_700_000_000_123)
        #expect(received.allSatisfy { $0.topicPartition == KafkaTopicPartition(topic: topic, partition: 0) })
    }

    @Test func equalKeysGoToOnePartition() async throws {
        let cluster = try TestCluster()
        let topic = try cluster.makeTopic("keys", partitions: 4)
        let producer = try cluster.makeProducer()
        for index in 0..<200 {
            try producer.produce(KafkaProducerRecord(topic: topic, key: Array("player\(index % 20)".utf8), value: [1]))
        }
        try producer.flush(timeout: .seconds(20))
        let probe = ConsumerProbe()
        let consumer = try cluster.makeConsumer(probe, topics: [topic])
        consumer.start()
        let records = try await probe.wait(for: "200 records") { $0.records.count == 200 }.records
        consumer.stop(deadline: .soon)
        let partitionsOfKey = Dictionary(grouping: records, by: \.key).mapValues { Set($0.map(\.topicPartition)) }
        #expect(partitionsOfKey.count == 20)
        #expect(partitionsOfKey.values.allSatisfy { $0.count == 1 })
        #expect(Set(records.map(\.topicPartition)).count > 1)
    }

    @Test func preparedTopicTakesItsFirstRecordAtOnce() throws {
        let cluster = try TestCluster()
        let topic = try cluster.makeTopic("prepared", partitions: 1)
        let producer = try cluster.makeProducer()
        try producer.prepare(topics: [topic], timeout: .seconds(10))
        // Unprepared, librdkafka 2.0.2 looks for the topic's leader once a second.
        let started = ContinuousClock.now
        try producer.produce(KafkaProducerRecord(topic: topic, value: [1]))
        try producer.flush(timeout: .seconds(10))
        #expect(ContinuousClock.now - started < .milliseconds(800))
        producer.close()
        let error = #expect(throws: KafkaError.self) { try producer.prepare(topics: [topic], timeout: .zero) }
        #expect(error?.code == .closed)
    }

    @Test func watermarksClusterIDAndStatisticsAreTold() async throws {
        let cluster = try TestCluster()
        let topic = try cluster.makeTopic("watermarks", partitions: 1)
        try cluster.fill(topic, partition: 0, count: 10)
        let partition = KafkaTopicPartition(topic: topic, partition: 0)
        let probe = ConsumerProbe()
        let consumer = try cluster.makeConsumer(probe, topics: [topic], properties: ["statistics.interval.ms": "200"])
        #expect(consumer.watermarks(of: partition) == KafkaWatermarks(low: nil, high: nil))
        consumer.start()
        try await probe.wait(for: "10 records") { $0.records.count == 10 }
        #expect(consumer.watermarks(of: partition).high == 10)
        #expect(consumer.watermarks(of: partition).lag(from: 7) == 3)
        #expect(consumer.clusterID(timeout: .seconds(5))?.isEmpty == false)
        try await probe.wait(for: "statistics") { $0.statistics.contains { $0.hasPrefix("{") && $0.contains(topic) } }
        consumer.stop(deadline: .soon)
        #expect(consumer.clusterID(timeout: .seconds(1)) == nil)
        #expect(consumer.watermarks(of: partition).high == nil)
    }
}
