import KafkaClient
import Testing
import ValidationPipeline

@testable import ValidatorService

/// What the group has committed shows whether the trail is whole.
struct LostEntriesTests {
    private static let trailID = String(repeating: "a", count: 32)

    private func committed(_ partition: Int32, nextIndex: Int64, trailID: String = Self.trailID)
        -> KafkaCommittedOffset
    {
        let progress = CommittedProgress(open: [], end: 7, trailID: trailID, nextIndex: nextIndex)
        return KafkaCommittedOffset(
            topicPartition: KafkaTopicPartition(topic: "login.events", partition: partition),
            offset: progress.offset,
            metadata: progress.metadata
        )
    }

    private func loss(_ assigned: [KafkaCommittedOffset], nextIndex: Int64) -> ServiceError? {
        ServiceError.lostEntries(of: Self.trailID, at: "/a/audit.db", nextIndex: nextIndex, assigned: assigned)
    }

    @Test func aTrailWithFewerEntriesThanWereCommittedHasLostSome() {
        let error = self.loss([self.committed(0, nextIndex: 5), self.committed(1, nextIndex: 11)], nextIndex: 10)
        #expect(error?.message.contains("/a/audit.db") == true)
        #expect(error?.message.contains("number 10,") == true)
        #expect(error?.message.contains("partition 1 of login.events") == true)
    }

    @Test func aTrailWithAsManyOrMoreIsWhole() {
        #expect(self.loss([self.committed(0, nextIndex: 10)], nextIndex: 10) == nil)
        #expect(self.loss([self.committed(0, nextIndex: 10)], nextIndex: 11) == nil)
        #expect(self.loss([], nextIndex: 0) == nil)
    }

    @Test func anotherTrailsCommitAndAnotherProgramsSayNothing() {
        let other = self.committed(0, nextIndex: 99, trailID: String(repeating: "b", count: 32))
        let partition = KafkaTopicPartition(topic: "login.events", partition: 1)
        let foreign = KafkaCommittedOffset(topicPartition: partition, offset: 3, metadata: "something else")
        let none = KafkaCommittedOffset(topicPartition: partition, offset: nil)
        #expect(self.loss([other, foreign, none], nextIndex: 0) == nil)
    }
}
