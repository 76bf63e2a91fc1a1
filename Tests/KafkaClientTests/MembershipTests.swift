import KafkaClient
import Testing

@Suite struct MembershipTests {
    @Test func metadataTellsWhetherItIsAMembers() async throws {
        let broker = try EmbeddedBroker(topics: ["member": 1], logger: TestCluster.quiet)
        let cluster = TestCluster(embedded: broker)
        let probe = ConsumerProbe()
        let consumer = try cluster.makeConsumer(probe, topics: ["member"])
        #expect(try !consumer.groupMetadata().isOfMember)
        consumer.start()
        try await probe.wait(for: "an assignment") { $0.assignments.count == 1 }
        #expect(try consumer.groupMetadata().isOfMember)
        consumer.stop(deadline: .soon)
    }

    /// The client forgets its generation as soon as it hears of its expulsion; the delegate hears later.
    @Test func metadataOfAnExpelledConsumerIsNoMembers() async throws {
        let broker = try EmbeddedBroker(topics: ["expelled": 1], logger: TestCluster.quiet)
        let cluster = TestCluster(embedded: broker)
        let seen = Seen()
        let probe = ConsumerProbe(onRevoke: { consumer in
            seen.isMember((try? consumer.groupMetadata())?.isOfMember)
        })
        let consumer = try cluster.makeConsumer(probe, topics: ["expelled"])
        consumer.start()
        try await probe.wait(for: "an assignment") { $0.assignments.count == 1 }
        broker.push([.illegalGeneration], for: .heartbeat)
        let state = try await probe.wait(for: "the revocation") { $0.revocations.count == 1 }
        #expect(state.revocations.map(\.lost) == [true])
        #expect(seen.first == false)
        consumer.stop(deadline: .soon)
    }

    @Test func fencedStaticMemberIsAFatalError() async throws {
        let broker = try EmbeddedBroker(topics: ["static": 1], logger: TestCluster.quiet)
        let cluster = TestCluster(embedded: broker)
        let probe = ConsumerProbe()
        let consumer = try cluster.makeConsumer(probe, instance: "one", topics: ["static"])
        consumer.start()
        try await probe.wait(for: "an assignment") { $0.assignments.count == 1 }
        #expect(try consumer.groupMetadata().isOfMember)
        // FENCED_INSTANCE_ID
        broker.push([.code(82)], for: .heartbeat)
        let state = try await probe.wait(for: "a fatal error") { $0.failures.contains(where: \.isFatal) }
        #expect(state.failures.first(where: \.isFatal)?.code == .fenced)
        #expect(consumer.stop(deadline: .soon))
    }

    @Test(.enabled(if: TestCluster.isReal, Comment(rawValue: TestCluster.needsRealBroker)))
    func staticMemberThatIsBackInTimeCausesNoRebalance() async throws {
        let cluster = try TestCluster()
        let topic = try cluster.makeTopic("back", partitions: 2)
        let properties = ["session.timeout.ms": "30000"]
        let (first, second) = (ConsumerProbe(), ConsumerProbe())
        let one = try cluster.makeConsumer(first, instance: "one", topics: [topic], properties: properties)
        let two = try cluster.makeConsumer(second, instance: "two", topics: [topic], properties: properties)
        one.start()
        two.start()
        try await first.wait(for: "its half") { $0.assignments.last?.offsets.count == 1 }
        try await second.wait(for: "its half") { $0.assignments.last?.offsets.count == 1 }
        let before = (first.state, second.state)
        #expect(two.stop(deadline: .soon))

        let again = ConsumerProbe()
        let back = try cluster.makeConsumer(again, instance: "two", topics: [topic], properties: properties)
        back.start()
        let state = try await again.wait(for: "the same half") { $0.assignments.count == 1 }
        #expect(state.assignments[0].partitions == before.1.assignments.last?.partitions)
        #expect(first.state.assignments.count == before.0.assignments.count)
        #expect(first.state.revocations.count == before.0.revocations.count)
        one.stop(deadline: .soon)
        back.stop(deadline: .soon)
    }

    @Test(.enabled(if: TestCluster.isReal, Comment(rawValue: TestCluster.needsRealBroker)))
    func secondMemberWithOneInstanceIdFencesTheFirst() async throws {
        let cluster = try TestCluster()
        let topic = try cluster.makeTopic("taken", partitions: 1)
        let (first, second) = (ConsumerProbe(), ConsumerProbe())
        let one = try cluster.makeConsumer(first, instance: "one", topics: [topic])
        one.start()
        try await first.wait(for: "an assignment") { $0.assignments.count == 1 }
        let two = try cluster.makeConsumer(second, instance: "one", topics: [topic])
        two.start()
        try await second.wait(for: "an assignment") { $0.assignments.count == 1 }
        let state = try await first.wait(for: "a fatal error") { $0.failures.contains(where: \.isFatal) }
        #expect(state.failures.first(where: \.isFatal)?.code == .fenced)
        one.stop(deadline: .soon)
        two.stop(deadline: .soon)
    }
}
