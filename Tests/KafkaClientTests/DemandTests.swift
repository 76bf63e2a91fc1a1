import Dispatch
import KafkaClient
import Testing

@Suite struct DemandTests {
    @Test func neverMoreThanTheDemandIsDelivered() async throws {
        let cluster = try TestCluster()
        let topic = try cluster.makeTopic("demand", partitions: 1)
        try cluster.fill(topic, partition: 0, count: 1000)
        let partition = KafkaTopicPartition(topic: topic, partition: 0)
        let probe = ConsumerProbe(initialDemand: { _ in 7 })
        let consumer = try cluster.makeConsumer(probe, topics: [topic], maximumBatchRecords: 50)
        consumer.start()
        let first = try await probe.wait(for: "the first 7") { $0.records.count >= 7 }
        let epoch = try #require(first.assignments.first).epoch

        // Demand of another epoch, and of a partition that is not assigned, is nobody's.
        consumer.addDemand(100, for: partition, epoch: epoch + 1)
        consumer.addDemand(100, for: KafkaTopicPartition(topic: topic, partition: 9), epoch: epoch)
        consumer.addDemand(3, for: partition, epoch: epoch)
        consumer.addDemand(120, for: partition, epoch: epoch)
        let second = try await probe.wait(for: "130 records") { $0.records.count >= 130 }
        // One more after that shows that nothing came in between.
        consumer.addDemand(1, for: partition, epoch: epoch)
        let third = try await probe.wait(for: "131 records") { $0.records.count >= 131 }
        consumer.stop(deadline: .soon)

        #expect(first.records.count == 7)
        #expect(second.records.count == 130)
        #expect(third.records.map(\.offset) == Array(0..<131))
        #expect(probe.state.records.count == 131)
        #expect(third.batches.allSatisfy { $0.records.count <= 50 })
    }

    @Test func partitionWithoutDemandHoldsUpNoOther() async throws {
        let cluster = try TestCluster()
        let topic = try cluster.makeTopic("fairness", partitions: 3)
        for partition in Int32(0)..<3 { try cluster.fill(topic, partition: partition, count: 2000) }
        let probe = ConsumerProbe(initialDemand: { $0.partition == 2 ? 0 : 2000 })
        let consumer = try cluster.makeConsumer(probe, topics: [topic], maximumBatchRecords: 100)
        consumer.start()
        let state = try await probe.wait(for: "4000 records") { $0.records.count >= 4000 }
        consumer.stop(deadline: .soon)
        for partition in Int32(0)..<2 {
            let records = state.records(of: KafkaTopicPartition(topic: topic, partition: partition))
            #expect(records.map(\.offset) == Array(0..<2000))
        }
        #expect(state.records(of: KafkaTopicPartition(topic: topic, partition: 2)).isEmpty)
    }

    @Test func partitionsTakeTurns() async throws {
        let cluster = try TestCluster()
        let topic = try cluster.makeTopic("turns", partitions: 2)
        for partition in Int32(0)..<2 { try cluster.fill(topic, partition: partition, count: 2000) }
        let probe = ConsumerProbe(initialDemand: { _ in 0 })
        let consumer = try cluster.makeConsumer(
            probe,
            topics: [topic],
            maximumBatchRecords: 100,
            properties: ["statistics.interval.ms": "100"]
        )
        consumer.start()
        let ready = try await probe.wait(for: "both partitions to be fetched ahead") { state in
            guard let statistics = state.statistics.last else { return false }
            let fetched = statistics.matches(of: #/"fetchq_cnt":([0-9]+)/#).compactMap { Int($0.output.1) }
            return fetched.filter { $0 >= 1000 }.count == 2
        }
        let epoch = try #require(ready.assignments.first).epoch
        for partition in Int32(0)..<2 {
            consumer.addDemand(1000, for: KafkaTopicPartition(topic: topic, partition: partition), epoch: epoch)
        }
        let state = try await probe.wait(for: "2000 records") { $0.records.count >= 2000 }
        consumer.stop(deadline: .soon)
        // The first may get a few turns before the second has demand; from then on they alternate.
        let half = state.batches.prefix(14).reduce(into: [Int32: Int]()) {
            $0[$1.topicPartition.partition, default: 0] += $1.records.count
        }
        #expect(half.count == 2)
        #expect(half.values.allSatisfy { $0 >= 400 }, "\(half)")
    }

    @Test func demandAddedWhileReceivingIsServed() async throws {
        let cluster = try TestCluster()
        let topic = try cluster.makeTopic("refill", partitions: 1)
        try cluster.fill(topic, partition: 0, count: 300)
        let probe = ConsumerProbe(
            initialDemand: { _ in 1 },
            onReceive: { consumer, batch in
                consumer.addDemand(batch.records.count, for: batch.topicPartition, epoch: batch.epoch)
            }
        )
        let consumer = try cluster.makeConsumer(probe, topics: [topic])
        consumer.start()
        let state = try await probe.wait(for: "300 records") { $0.records.count == 300 }
        consumer.stop(deadline: .soon)
        #expect(state.records.map(\.offset) == Array(0..<300))
    }

    @Test func addedDemandWakesTheSleepingConsumer() async throws {
        let cluster = try TestCluster()
        let topic = try cluster.makeTopic("wake", partitions: 1)
        try cluster.fill(topic, partition: 0, count: 50)
        let partition = KafkaTopicPartition(topic: topic, partition: 0)
        let received = DispatchSemaphore(value: 0)
        let probe = ConsumerProbe(initialDemand: { _ in 1 }, onReceive: { _, _ in received.signal() })
        let consumer = try cluster.makeConsumer(probe, topics: [topic])
        consumer.start()
        let first = try await probe.wait(for: "the first record") { $0.records.count == 1 }
        let epoch = try #require(first.assignments.first).epoch
        // On this thread, without a task that would have to be scheduled: otherwise other tests are measured too.
        func oneByOne() -> Duration {
            received.wait()
            let started = ContinuousClock.now
            for _ in 0..<20 {
                consumer.addDemand(1, for: partition, epoch: epoch)
                received.wait()
            }
            return ContinuousClock.now - started
        }
        // Without a wake-up each would wait for the next poll, up to 100 ms: 20 of them about two seconds.
        let elapsed = oneByOne()
        consumer.stop(deadline: .soon)
        #expect(elapsed < .milliseconds(500), "\(elapsed)")
    }
}
