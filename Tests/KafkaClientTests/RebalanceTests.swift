import KafkaClient
import Synchronization
import Testing

@Suite struct RebalanceTests {
    @Test func secondMemberTakesOverHalfOfThePartitions() async throws {
        let cluster = try TestCluster()
        let topic = try cluster.makeTopic("rebalance", partitions: 4)
        for partition in Int32(0)..<4 { try cluster.fill(topic, partition: partition, count: 5) }
        let first = ConsumerProbe()
        let second = ConsumerProbe()
        let one = try cluster.makeConsumer(first, topics: [topic])
        let two = try cluster.makeConsumer(second, topics: [topic])
        one.start()
        try await first.wait(for: "20 records") { $0.records.count == 20 }
        two.start()
        try await second.wait(for: "an assignment of two") { $0.assignments.last?.offsets.count == 2 }
        let state = try await first.wait(for: "the second assignment") { $0.assignments.last?.offsets.count == 2 }

        let shared = Set(state.assignments.last?.partitions ?? [])
            .intersection(second.state.assignments.last?.partitions ?? [])
        #expect(shared.isEmpty)
        #expect(state.assignments.map(\.epoch) == state.assignments.map(\.epoch).sorted())
        let revocation = try #require(state.revocations.first)
        #expect(Set(revocation.partitions) == Set(state.assignments[0].partitions))
        #expect(revocation.epoch == state.assignments[0].epoch)
        #expect(!revocation.lost)
        // Demand of the first assignment is not the second's.
        let epoch = try #require(state.assignments.last).epoch
        #expect(epoch > revocation.epoch)

        // When the second leaves, the first gets everything back.
        #expect(two.stop(deadline: .soon))
        try await first.wait(for: "all four again") { $0.assignments.last?.offsets.count == 4 }
        #expect(second.state.revocations.last?.lost == false)
        #expect(one.stop(deadline: .soon))
        #expect(first.state.revocations.count == first.state.assignments.count)
        #expect(first.state.revocations.allSatisfy { !$0.lost })
    }

    @Test func groupWaitsForABlockingRevocation() async throws {
        let cluster = try TestCluster()
        let topic = try cluster.makeTopic("blocking", partitions: 2)
        try cluster.fill(topic, partition: 0, count: 1)
        let partition = KafkaTopicPartition(topic: topic, partition: 0)
        let second = ConsumerProbe()
        let seen = Mutex<(assignments: Int, commit: Result<Void, KafkaError>)?>(nil)
        let first = ConsumerProbe(onRevoke: { consumer in
            guard seen.withLock({ $0 == nil }) else { return }
            // The partitions are still this member's: it can commit up to the end of the revocation.
            let commit = Result { () throws(KafkaError) in
                try consumer.commit([KafkaOffsetCommit(topicPartition: partition, offset: 1, metadata: "last")])
            }
            seen.withLock { $0 = (second.state.assignments.count, commit) }
        })
        let one = try cluster.makeConsumer(first, topics: [topic])
        let two = try cluster.makeConsumer(second, topics: [topic])
        one.start()
        try await first.wait(for: "the record") { $0.records.count == 1 }
        two.start()
        let state = try await second.wait(for: "its assignment") { $0.assignments.last?.offsets.count == 1 }
        try await first.wait(for: "its second assignment") { $0.assignments.last?.offsets.count == 1 }
        let (assignments, commit) = try #require(seen.withLock { $0 })
        #expect(assignments == 0)
        if TestCluster.isReal {
            try commit.get()
            // Whoever got the partition sees the commit that the revocation made.
            let offsets = (first.state.assignments.last?.offsets ?? []) + (state.assignments.last?.offsets ?? [])
            #expect(offsets.first { $0.topicPartition == partition }?.metadata == "last")
        } else {
            // The embedded broker takes no commits while a group rebalances; a real one does.
            let error = #expect(throws: KafkaError.self) { try commit.get() }
            #expect(error?.code == .membershipLost)
        }
        one.stop(deadline: .soon)
        two.stop(deadline: .soon)
    }

    @Test func expelledMemberIsToldThatItsPartitionsAreLost() async throws {
        let broker = try EmbeddedBroker(topics: ["lost": 1], logger: TestCluster.quiet)
        let cluster = TestCluster(embedded: broker)
        try cluster.fill("lost", partition: 0, count: 1)
        let probe = ConsumerProbe()
        let consumer = try cluster.makeConsumer(probe, topics: ["lost"])
        consumer.start()
        try await probe.wait(for: "the record") { $0.records.count == 1 }
        broker.push([.unknownMember], for: .heartbeat)
        let state = try await probe.wait(for: "a second assignment") { $0.assignments.count == 2 }
        #expect(state.revocations.map(\.lost) == [true])
        #expect(state.assignments.map(\.epoch) == [1, 2])
        // Nothing was committed, so the new epoch begins anew.
        try await probe.wait(for: "the record again") { $0.batches.map(\.epoch) == [1, 2] }
        consumer.stop(deadline: .soon)
    }

    @Test func everyEpochBeginsAtTheCommittedOffsetWhateverWasFetchedAhead() async throws {
        let broker = try EmbeddedBroker(topics: ["ahead": 1], logger: TestCluster.quiet)
        let cluster = TestCluster(embedded: broker)
        try cluster.fill("ahead", partition: 0, count: 5000)
        let partition = KafkaTopicPartition(topic: "ahead", partition: 0)
        let probe = ConsumerProbe(initialDemand: { _ in 10 })
        let consumer = try cluster.makeConsumer(probe, topics: ["ahead"])
        consumer.start()
        for epoch in 1...3 {
            let state = try await probe.wait(for: "10 records of epoch \(epoch)") { $0.records.count >= 10 * epoch }
            #expect(state.records.map(\.offset) == Array(0..<Int64(10 * epoch)))
            #expect(state.assignments.map(\.epoch) == Array(1...UInt64(epoch)))
            guard epoch < 3 else { break }
            try consumer.commit([KafkaOffsetCommit(topicPartition: partition, offset: Int64(10 * epoch))])
            broker.push([.unknownMember], for: .heartbeat)
        }
        consumer.stop(deadline: .soon)
        #expect(probe.state.records.count == 30)
    }
}
