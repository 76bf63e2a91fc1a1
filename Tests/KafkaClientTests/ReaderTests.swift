import KafkaClient
import Testing

/// Reading ranges of a topic without a group.
@Suite struct ReaderTests {
    static func reader(_ cluster: TestCluster, timeout: Duration = .seconds(20)) throws -> KafkaTopicReader {
        try KafkaTopicReader(configuration: cluster.configuration(), timeout: timeout, logger: TestCluster.quiet)
    }

    static func read(_ reader: KafkaTopicReader, _ range: KafkaOffsetRange) throws -> [Int64] {
        var offsets: [Int64] = []
        try reader.read(range) { record in
            offsets.append(record.offset)
            return .nextRecord
        }
        return offsets
    }

    @Test func rangesAreReadToTheirEndAndNoFurther() throws {
        let cluster = try TestCluster()
        let topic = try cluster.makeTopic("ranges", partitions: 3)
        try cluster.fill(topic, partition: 0, count: 50)
        try cluster.fill(topic, partition: 2, count: 3)
        let reader = try Self.reader(cluster)
        let partitions = try reader.partitions(of: topic)
        #expect(partitions.map(\.partition) == [0, 1, 2])
        let extents = try partitions.map { try reader.extent(of: $0) }
        #expect(extents.map(\.start) == [0, 0, 0] && extents.map(\.end) == [50, 0, 3])
        // What comes after the look at the ends is not read.
        try cluster.fill(topic, partition: 0, count: 20)
        #expect(try Self.read(reader, extents[0]) == Array(0..<50))
        #expect(try Self.read(reader, extents[1]) == [])
        #expect(try Self.read(reader, extents[2]) == [0, 1, 2])
        // Again, from the middle, and up to one offset: nothing of the range before comes up.
        #expect(try Self.read(reader, extents[0].clamped(from: 47)) == [47, 48, 49])
        #expect(try Self.read(reader, extents[0].clamped(from: 10, before: 11)) == [10])
        #expect(try Self.read(reader, extents[0].clamped(from: 60)) == [])
        #expect(!(try reader.clusterID()).isEmpty)
    }

    @Test func readerStopsWhenItIsTold() throws {
        struct Enough: Error {}
        let cluster = try TestCluster()
        let topic = try cluster.makeTopic("stop", partitions: 1)
        try cluster.fill(topic, partition: 0, count: 10)
        let reader = try Self.reader(cluster)
        let extent = try reader.extent(of: KafkaTopicPartition(topic: topic, partition: 0))
        var seen = 0
        try reader.read(extent) { _ in
            seen += 1
            return seen == 4 ? .stop : .nextRecord
        }
        #expect(seen == 4)
        #expect(throws: Enough.self) { try reader.read(extent) { _ in throw Enough() } }
        #expect(try Self.read(reader, extent).count == 10)
    }

    @Test func missingTopicIsNamed() throws {
        let cluster = try TestCluster()
        let reader = try Self.reader(cluster)
        guard cluster.embedded == nil else { return }
        let error = #expect(throws: KafkaError.self) { try reader.partitions(of: cluster.name("absent")) }
        #expect(error?.code == .unknownTopic)
        #expect(error?.message.contains(cluster.name("absent")) == true)
    }

    @Test func brokerThatDoesNotAnswerIsNamed() throws {
        let broker = try EmbeddedBroker(logger: TestCluster.quiet)
        try broker.createTopic("gone", partitions: 1)
        let cluster = TestCluster(embedded: broker)
        try cluster.fill("gone", partition: 0, count: 5)
        let reader = try Self.reader(cluster, timeout: .milliseconds(700))
        let partition = KafkaTopicPartition(topic: "gone", partition: 0)
        let extent = try reader.extent(of: partition)
        broker.close()
        var errors: [KafkaError] = []
        func note(_ call: () throws -> Void) {
            do {
                try call()
                Issue.record("It answered")
            } catch {
                if let error = error as? KafkaError { errors.append(error) } else { Issue.record("\(error)") }
            }
        }
        note { try reader.read(extent) { _ in .nextRecord } }
        note { _ = try reader.extent(of: partition) }
        note { _ = try reader.partitions(of: "gone") }
        #expect(errors.count == 3)
        for error in errors {
            #expect(error.code == .timedOut)
            #expect(error.message.contains(broker.bootstrapServers), "\(error)")
        }
    }

    @Test(.enabled(if: TestCluster.isReal, Comment(rawValue: TestCluster.needsRealBroker)))
    func timesAndTransactionsOfARealBroker() throws {
        let cluster = try TestCluster()
        let topic = try cluster.makeTopic("times", partitions: 1)
        let producer = try cluster.makeProducer(.transactional(id: cluster.name("id")))
        try producer.initializeTransactions(timeout: .seconds(20))
        for (index, isCommitted) in [true, false, true, false].enumerated() {
            try producer.beginTransaction()
            for number in 0..<3 {
                let timestamp = Int64(1_700_000_000_000 + index * 1000 + number)
                try producer.produce(
                    KafkaProducerRecord(topic: topic, value: [1], timestampMilliseconds: timestamp, partition: 0)
                )
            }
            try producer.flush(timeout: .seconds(20))
            if isCommitted {
                try producer.commitTransaction(timeout: .seconds(20))
            } else {
                try producer.abortTransaction(timeout: .seconds(20))
            }
        }
        // One that has not ended yet is not part of what is committed.
        try producer.beginTransaction()
        try producer.produce(KafkaProducerRecord(topic: topic, value: [1], partition: 0))
        try producer.flush(timeout: .seconds(20))
        let reader = try Self.reader(cluster)
        let partition = KafkaTopicPartition(topic: topic, partition: 0)
        let extent = try reader.extent(of: partition)
        // Each transaction ends with a marker; the last one leaves nothing to read, and reading ends all the same.
        #expect(extent == KafkaOffsetRange(topicPartition: partition, start: 0, end: 16))
        #expect(try Self.read(reader, extent) == [0, 1, 2, 8, 9, 10])
        // Offset 3 is the first transaction's marker, which has the time of its commit: nothing before it is as late.
        #expect(try reader.firstOffset(atOrAfter: 1_700_000_002_001, in: partition) == 3)
        #expect(try reader.firstOffset(atOrAfter: 0, in: partition) == 0)
        #expect(try reader.firstOffset(atOrAfter: 4_000_000_000_000, in: partition) == nil)
        try producer.abortTransaction(timeout: .seconds(20))
        producer.close()
    }
}
