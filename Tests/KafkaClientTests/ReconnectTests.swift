import KafkaClient
import Testing

@Suite struct ReconnectTests {
    @Test func newClientTakesThePartitionsAgainInALaterEpoch() async throws {
        let cluster = try TestCluster()
        let topic = try cluster.makeTopic("reconnect", partitions: 2)
        for partition in Int32(0)..<2 { try cluster.fill(topic, partition: partition, count: 5) }
        let probe = ConsumerProbe()
        let consumer = try cluster.makeConsumer(probe, topics: [topic])
        consumer.start()
        try await probe.wait(for: "10 records") { $0.records.count == 10 }
        for round in 1...2 {
            consumer.reconnect()
            let state = try await probe.wait(for: "another assignment") { $0.assignments.count == round + 1 }
            #expect(state.revocations.count == round)
            #expect(state.assignments.map(\.epoch) == Array(1...UInt64(round + 1)))
            // Nothing was committed, so everything comes again.
            try await probe.wait(for: "10 more records") { $0.records.count == 10 * (round + 1) }
        }
        #expect(consumer.stop(deadline: .soon))
        #expect(probe.state.failures.allSatisfy { !$0.isFatal })
    }

    @Test func stopDuringAReconnectEndsTheThread() async throws {
        let cluster = try TestCluster()
        let topic = try cluster.makeTopic("reconnect-stop", partitions: 1)
        let probe = ConsumerProbe()
        let consumer = try cluster.makeConsumer(probe, topics: [topic])
        consumer.start()
        try await probe.wait(for: "an assignment") { $0.assignments.count == 1 }
        consumer.reconnect()
        #expect(consumer.stop(deadline: .soon))
        #expect(throws: KafkaError.self) { try consumer.groupMetadata() }
    }

    @Test func turnsGoOnWhileNothingHappens() async throws {
        let cluster = try TestCluster()
        let topic = try cluster.makeTopic("turns", partitions: 1)
        let probe = ConsumerProbe()
        let consumer = try cluster.makeConsumer(probe, topics: [topic], properties: ["statistics.interval.ms": "250"])
        #expect(consumer.turns == 0)
        consumer.start()
        try await probe.wait(for: "an assignment") { $0.assignments.count == 1 }
        let seen = probe.state.statistics.count
        let before = consumer.turns
        // Statistics come by the clock of librdkafka: a second of it later there were turns.
        try await probe.wait(for: "statistics") { $0.statistics.count >= seen + 4 }
        #expect(consumer.turns > before + 4)
        consumer.stop(deadline: .soon)
    }
}
