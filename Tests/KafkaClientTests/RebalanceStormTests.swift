import KafkaClient
import Synchronization
import Testing

/// Members come and go while records are produced and consumed.
@Suite struct RebalanceStormTests {
    static let partitions: Int32 = 6
    static let recordsOfAPartition = 600

    @Test func noRecordIsMissedAndNoPartitionHasTwoOwners() async throws {
        let cluster = try TestCluster()
        let topic = try cluster.makeTopic("storm", partitions: Int(Self.partitions))
        let ledger = OwnershipLedger()
        var members: [KafkaConsumer] = []
        func join() throws {
            members.append(try cluster.makeConsumer(ledger.probe(), topics: [topic]))
            members[members.count - 1].start()
        }
        try join()
        for round in 0..<6 {
            for partition in 0..<Self.partitions {
                try cluster.fill(topic, partition: partition, count: Self.recordsOfAPartition / 6)
            }
            if round % 2 == 0 {
                try join()
            } else {
                #expect(members.removeFirst().stop(deadline: .soon))
            }
        }
        try await ledger.wait(for: Int(Self.partitions) * Self.recordsOfAPartition)
        for member in members { #expect(member.stop(deadline: .soon)) }
        #expect(ledger.conflicts == [])
    }
}

/// Who owns a partition, and which of its records were seen.
private final class OwnershipLedger: Sendable {
    private let state = Mutex(State())

    private struct State {
        var owners: [KafkaTopicPartition: Int] = [:]
        var seen: [KafkaTopicPartition: Set<Int64>] = [:]
        var conflicts: [String] = []
        var lastMember = 0
        var count: Int { self.seen.values.reduce(0) { $0 + $1.count } }
    }

    var conflicts: [String] { self.state.withLock { $0.conflicts } }

    func probe() -> Member {
        Member(
            ledger: self,
            number: self.state.withLock { state in
                state.lastMember += 1
                return state.lastMember
            }
        )
    }

    /// Returns when that many different records were seen.
    func wait(for count: Int) async throws {
        let deadline = ContinuousClock.now + .seconds(90)
        while self.state.withLock({ $0.count }) < count {
            guard ContinuousClock.now < deadline else {
                throw Missing(count: count, seen: self.state.withLock { $0.count })
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    struct Missing: Error {
        let count: Int
        let seen: Int
    }

    /// One consumer's delegate. It commits what it has when it gives its partitions up.
    final class Member: KafkaConsumerDelegate {
        private let ledger: OwnershipLedger
        private let number: Int
        private let positions = Mutex<[KafkaTopicPartition: Int64]>([:])

        init(ledger: OwnershipLedger, number: Int) {
            self.ledger = ledger
            self.number = number
        }

        func consumer(
            _ consumer: KafkaConsumer,
            assigned: [KafkaCommittedOffset],
            epoch: UInt64
        ) -> [KafkaTopicPartition: Int64] {
            self.ledger.state.withLock { state in
                for offset in assigned {
                    if let owner = state.owners[offset.topicPartition] {
                        state.conflicts.append("\(offset.topicPartition): \(self.number) while \(owner) has it")
                    }
                    state.owners[offset.topicPartition] = self.number
                }
            }
            for offset in assigned { consumer.addDemand(1_000_000, for: offset.topicPartition, epoch: epoch) }
            return [:]
        }

        func consumer(_ consumer: KafkaConsumer, revoked: [KafkaTopicPartition], epoch: UInt64, lost: Bool) {
            let positions = self.positions.withLock { positions in
                defer { positions = [:] }
                return positions
            }
            // The embedded broker takes no commit while a group rebalances: then records come again.
            try? consumer.commit(positions.map { KafkaOffsetCommit(topicPartition: $0, offset: $1) })
            self.ledger.state.withLock { state in
                for partition in revoked { state.owners[partition] = nil }
            }
        }

        func consumer(
            _ consumer: KafkaConsumer,
            received: [KafkaRecord],
            of topicPartition: KafkaTopicPartition,
            epoch: UInt64
        ) {
            self.ledger.state.withLock { state in
                if state.owners[topicPartition] != self.number {
                    state.conflicts.append("\(topicPartition): records for \(self.number), which does not own it")
                }
                state.seen[topicPartition, default: []].formUnion(received.map(\.offset))
            }
            if let last = received.last { self.positions.withLock { $0[topicPartition] = last.offset + 1 } }
        }

        func consumer(_ consumer: KafkaConsumer, failed: KafkaError) {}
    }
}
