import LoginContracts
import Testing

@testable import ValidationPipeline

/// What committed offsets tell of a commit that was not answered.
@Suite struct CommitEndTests {
    private static func progress(_ end: Int64, trail: String = "ours") -> CommittedProgress {
        CommittedProgress(open: [], end: end, trailID: trail, nextIndex: end)
    }

    /// The end of a commit of the offsets 10 and 20 of two partitions.
    private static func end(_ committed: [CommittedProgress?]) -> CommitEnd {
        let partitions = (Int32(0)..<2).map { Logins.partition($0) }
        var found: [SourcePartition: (offset: Int64, metadata: String)] = [:]
        for (partition, progress) in zip(partitions, committed) {
            found[partition] = progress.map { ($0.offset, $0.metadata) }
        }
        return CommitEnd(
            of: [(partitions[0], Self.progress(10)), (partitions[1], Self.progress(20))],
            committed: found
        )
    }

    @Test func exactlyItsOffsetsInAnyPartitionAreItsOwn() {
        #expect(Self.end([Self.progress(10), Self.progress(20)]) == .committed)
        #expect(Self.end([Self.progress(15, trail: "other"), Self.progress(20)]) == .committed)
        #expect(Self.end([Self.progress(10), nil]) == .committed)
    }

    @Test func anEarlierCommitOfOursOrNoneTellsThatItDidNotTakePlace() {
        #expect(Self.end([Self.progress(9), Self.progress(19)]) == .aborted)
        #expect(Self.end([Self.progress(15, trail: "other"), Self.progress(19)]) == .aborted)
        #expect(Self.end([nil, Self.progress(25, trail: "other")]) == .aborted)
        #expect(Self.end([nil, nil]) == .aborted)
    }

    @Test func whatOthersCommittedTellsNothing() {
        #expect(Self.end([Self.progress(15, trail: "other"), Self.progress(25, trail: "third")]) == .unknown)
        // The same offset is no answer either.
        #expect(Self.end([Self.progress(10, trail: "other"), Self.progress(20, trail: "other")]) == .unknown)
    }

    @Test func anotherProgramsMetadataTellsNothing() {
        let partition = Logins.partition(0)
        let end = CommitEnd(of: [(partition, Self.progress(10))], committed: [partition: (offset: 10, metadata: "")])
        #expect(end == .unknown)
    }
}
