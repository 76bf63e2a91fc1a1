import LoginContracts
import Testing

@testable import ValidationPipeline

@Suite struct RevocationTests {
    @Test func revokedPartitionIgnoresLateAnswers() {
        var bench = MachineBench()
        bench.assign(0)
        bench.receive(Logins.login(0), Logins.login(1))
        bench.revoke(0)
        #expect(bench.released == [1])
        #expect(bench.machine.heldRecords == 0)
        // Their attempts hold their places until they end.
        #expect(bench.machine.running.count == 2)
        bench.answer(.kick)
        bench.fail()
        #expect(bench.machine.running.count == 0)
        bench.advance(by: .seconds(100))
        #expect(bench.records.isEmpty && bench.publications.isEmpty)
    }

    @Test func recordsOfAnotherEpochAreIgnored() {
        var bench = MachineBench()
        bench.assign(0, epoch: 1)
        bench.revoke(0, epoch: 1)
        bench.receive(Logins.login(0), epoch: 1)
        bench.assign(0, epoch: 2)
        bench.receive(Logins.login(0), epoch: 1)
        #expect(bench.attempts.isEmpty)
        bench.receive(Logins.login(0), epoch: 2)
        #expect(bench.asked == ["0-0"])
        bench.receive(Logins.login(0), partition: 5, epoch: 2)
        #expect(bench.attempts.count == 1)
    }

    @Test func revocationWaitsForTheRunningTransaction() {
        var bench = MachineBench()
        bench.holdsKafka = true
        bench.assign(0, 1)
        bench.receive(Logins.login(0))
        bench.answer(.kick)
        #expect(bench.publications.count == 1)
        // A partition that the transaction does not carry need not wait.
        bench.revoke(1)
        #expect(bench.released == [1])
        bench.revoke(0)
        #expect(bench.released == [1])
        bench.tell { $0.published(.success(()), now: $1) }
        #expect(bench.released == [1, 1])
        bench.advance(by: .seconds(1))
        #expect(bench.marks.map(\.fate) == [.committed])
        #expect(bench.machine.heldRecords == 0)
    }

    /// What became of its entry is known when another instance has completed the record; not when the transaction may have
    /// taken place before that.
    @Test(arguments: [false, true])
    func failedTransactionOfARevokedPartitionIsNotTriedAgain(isInDoubt: Bool) {
        var bench = MachineBench()
        bench.holdsKafka = true
        bench.assign(0)
        bench.receive(Logins.login(0))
        bench.answer(.kick)
        bench.revoke(0)
        let failure = PublicationFailure(message: "aborted", isInDoubt: isInDoubt)
        bench.tell { $0.published(.failure(failure), now: $1) }
        #expect(bench.released == [1])
        bench.advance(by: .seconds(10))
        #expect(bench.publications.count == 1)
        #expect(bench.machine.cycle.isIdle && bench.machine.heldRecords == 0)
        #expect(bench.marks.isEmpty)
        let other = CommittedProgress(open: [], end: 1, trailID: "other", nextIndex: 9)
        bench.assign(0, epoch: 2, committed: 1, metadata: other.metadata)
        bench.advance(by: .seconds(1))
        #expect(bench.marks.map(\.fate) == (isInDoubt ? [] : [.superseded]))
    }

    @Test func recordDecidedByAnotherInstanceIsSuperseded() {
        var bench = MachineBench()
        bench.holdsTrail = true
        bench.assign(0)
        bench.receive(Logins.login(0))
        bench.answer(.kick)
        bench.revoke(0)
        #expect(bench.released == [1])
        bench.recorded()
        #expect(bench.publications.isEmpty)
        let other = CommittedProgress(open: [], end: 1, trailID: "other", nextIndex: 9)
        bench.assign(0, epoch: 2, committed: 1, metadata: other.metadata)
        bench.advance(by: .seconds(1))
        #expect(bench.marks.map(\.index) == [0])
        #expect(bench.marks.map(\.fate) == [.superseded])
    }

    /// The trail was asked how far it knows the partition while an append was still under way.
    @Test func recordThatIsBeingRecordedIsLookedUpWhenItComesBack() {
        var bench = MachineBench()
        bench.holdsTrail = true
        bench.assign(0)
        bench.receive(Logins.login(0))
        bench.answer(.kick)
        bench.revoke(0)
        bench.assign(0, epoch: 2, recordedThrough: nil)
        bench.receive(Logins.login(0), Logins.login(1), epoch: 2)
        #expect(bench.lookUps.map { $0.map(\.identity.offset) } == [[0]])
        #expect(bench.asked == ["0-1"])
        let entry = bench.records[0].entries[0]
        bench.holdsTrail = false
        bench.recorded()
        let lookUps = bench.lookUps[0]
        let found = RecordedDecision(index: 0, entry: entry, isCommitted: false)
        bench.tell { $0.lookedUp(lookUps, found: .success([entry.identity: found]), now: $1) }
        #expect(bench.outcomes.map(\.data.auditIndex) == [0])
        #expect(bench.records.flatMap(\.entries).count == 1)
    }

    /// A turn behind another instance's, in which record 6 is kicked, while entry 3 of an earlier one is in doubt.
    ///
    /// - Parameters:
    ///   - knownNext: how many entries the engine knows of.
    ///   - next: how many the trail has.
    private static func turnAfterAnothers(knownNext: Int64, next: Int64) -> MachineBench {
        var bench = MachineBench()
        bench.machine.nextIndex = knownNext
        bench.nextIndex = next
        let other = CommittedProgress(open: [], end: 6, trailID: "other", nextIndex: 9)
        bench.assign(0, committed: 6, metadata: other.metadata, recordedThrough: 5, inDoubt: [(3, 5)])
        bench.receive(Logins.login(6))
        bench.answer(.kick)
        bench.advance(by: .seconds(1))
        return bench
    }

    /// An entry of a turn that another instance's turn followed says nothing about who published.
    @Test func entryOfAnEarlierTurnStaysInDoubt() {
        let bench = Self.turnAfterAnothers(knownNext: 10, next: 10)
        #expect(bench.marks.map(\.index) == [10])
        let progress = bench.publications[0].progress[0].progress
        #expect(progress.firstIndex == 10 && progress.nextIndex == 11)
        // The next process finds entry 3 in doubt, and may not take it for published.
        var next = MachineBench()
        next.machine.nextIndex = 11
        next.assign(
            0,
            committed: progress.offset,
            metadata: progress.metadata,
            recordedThrough: 6,
            inDoubt: [(3, 5), (10, 6)]
        )
        next.advance(by: .seconds(1))
        #expect(next.marks.map(\.index) == [10])
        #expect(next.marks.map(\.fate) == [.committed])
    }
    /// The append of entry 3 was reported as failed, its partition was another's meanwhile, and the trail has it after all.
    @Test func turnBeginsBehindAnEntryThatIsInTheTrailAfterAll() {
        let bench = Self.turnAfterAnothers(knownNext: 3, next: 4)
        #expect(bench.marks.map(\.index) == [4])
        let progress = bench.publications[0].progress[0].progress
        #expect(progress.firstIndex == 4 && progress.nextIndex == 5)
        #expect(!progress.covers(index: 3, offset: 5))
    }
}
