import LoginContracts
import Testing

@testable import ValidationPipeline

@Suite struct RememberingTests {
    /// An entry as an earlier process of the same trail left it.
    static func entry(_ login: IncomingLogin, _ decision: Decision = .kick) -> ValidationEntry {
        ValidationEntry(
            identity: login.identity,
            recordedAt: Timestamp(5),
            eventID: "e",
            decision: decision,
            reason: .tokenInvalid,
            instanceID: "earlier",
            policyVersion: "0"
        )
    }

    @Test func recordedDecisionIsPublishedAsItWas() {
        var bench = MachineBench()
        let login = Logins.login(4)
        bench.assign(0, recordedThrough: 4)
        bench.receive(login, Logins.login(5))
        #expect(bench.asked == ["0-5"])
        let lookUps = bench.lookUps[0]
        let found = RecordedDecision(index: 77, entry: Self.entry(login), isCommitted: false)
        bench.tell { $0.lookedUp(lookUps, found: .success([login.identity: found]), now: $1) }
        #expect(bench.asked == ["0-5"])
        #expect(bench.outcomes.map(\.data.auditIndex) == [77])
        #expect(bench.outcomes.map(\.decidedAt) == [Timestamp(5)])
        #expect(bench.records.flatMap(\.entries).isEmpty)
        bench.advance(by: .seconds(1))
        #expect(bench.marks.map(\.index) == [77])
    }

    /// The player was erased from the trail meanwhile: Kafka's record still says who is to be kicked.
    @Test func decisionWithoutItsPlayerIsAddressedByTheEvent() throws {
        var bench = MachineBench()
        let login = Logins.login(4, playerId: "player")
        let event = try #require(login.event)
        bench.assign(0, recordedThrough: 4)
        bench.receive(login)
        var entry = Self.entry(login)
        entry.playerId = nil
        entry.sessionId = nil
        let lookUps = bench.lookUps[0]
        let found = RecordedDecision(index: 77, entry: entry, isCommitted: false)
        bench.tell { $0.lookedUp(lookUps, found: .success([login.identity: found]), now: $1) }
        #expect(event.playerId != nil)
        #expect(bench.outcomes.map(\.data.playerId) == [event.playerId])
        #expect(bench.outcomes.map(\.data.sessionId) == [event.sessionId])
        #expect(bench.records.flatMap(\.entries).isEmpty)
    }

    /// Recorded, a crash before the group's first commit, adopted and published, a crash before the mark: the commit
    /// covers the entry, though it is older than the process that published it.
    @Test func entryAdoptedBeforeTheFirstCommitOfTheGroupIsKnownToBeCommitted() {
        var bench = MachineBench()
        bench.machine.nextIndex = 4
        bench.nextIndex = 4
        let login = Logins.login(5)
        bench.assign(0, committed: nil, recordedThrough: 5, inDoubt: [(3, 5)])
        bench.receive(login)
        let lookUps = bench.lookUps[0]
        let found = RecordedDecision(index: 3, entry: Self.entry(login), isCommitted: false)
        bench.tell { $0.lookedUp(lookUps, found: .success([login.identity: found]), now: $1) }
        let progress = bench.publications[0].progress[0].progress
        #expect(progress.firstIndex == 0 && progress.nextIndex == 4)
        var next = MachineBench()
        next.machine.nextIndex = 4
        next.assign(
            0,
            committed: progress.offset,
            metadata: progress.metadata,
            recordedThrough: 5,
            inDoubt: [(3, 5)]
        )
        next.advance(by: .seconds(1))
        #expect(next.marks.map(\.index) == [3])
        #expect(next.marks.map(\.fate) == [.committed])
    }

    @Test func committedDecisionIsNotPublishedAgain() {
        var bench = MachineBench()
        let login = Logins.login(4)
        bench.assign(0, recordedThrough: 4)
        bench.receive(login)
        let lookUps = bench.lookUps[0]
        let found = RecordedDecision(index: 77, entry: Self.entry(login), isCommitted: true)
        bench.tell { $0.lookedUp(lookUps, found: .success([login.identity: found]), now: $1) }
        #expect(bench.outcomes.isEmpty)
        #expect(bench.publications.map { $0.progress[0].progress.offset } == [5])
        bench.advance(by: .seconds(1))
        #expect(bench.marks.isEmpty)
    }

    /// The entry was removed from the trail by policy: nobody is asked again, nothing is published again, and the record is
    /// committed with those beside it.
    @Test(arguments: [false, true])
    func recordOfARemovedEntryIsOnlyCommitted(isDefective: Bool) {
        var bench = MachineBench()
        let removed = Logins.login(4, isDefective: isDefective)
        bench.assign(0, recordedThrough: 5)
        bench.receive(removed, Logins.login(5), Logins.login(6))
        let lookUps = bench.lookUps[0]
        let found = RecordedDecisions(decisions: [:], removed: [removed.identity])
        bench.tell { $0.lookedUp(lookUps, found: .success(found), now: $1) }
        #expect(bench.asked == ["0-6", "0-5"])
        bench.answer(.kick, offset: 5)
        bench.answer(.kick, offset: 6)
        bench.advance(by: .seconds(1))
        #expect(bench.outcomes.map(\.data.source.offset).sorted() == [5, 6])
        #expect(bench.deadLetters.isEmpty)
        #expect(bench.records.flatMap(\.entries).count == 2)
        #expect(bench.marks.map(\.index).sorted() == [0, 1])
        #expect(bench.publications.last?.progress[0].progress.offset == 7)
        #expect(bench.machine.heldRecords == 0)
        let counts = bench.notices.compactMap { if case .deliveredBefore(let records) = $0 { records } else { nil } }
        #expect(counts == [1])
    }

    /// The same alone: the commit does not wait for another record of the partition.
    @Test func recordOfARemovedEntryIsCommittedByItself() {
        var bench = MachineBench()
        let login = Logins.login(4)
        bench.assign(0, recordedThrough: 4)
        bench.receive(login)
        let lookUps = bench.lookUps[0]
        let found = RecordedDecisions(decisions: [:], removed: [login.identity])
        bench.tell { $0.lookedUp(lookUps, found: .success(found), now: $1) }
        #expect(bench.publications.map { $0.progress[0].progress.offset } == [5])
        #expect(bench.outcomes.isEmpty && bench.records.flatMap(\.entries).isEmpty)
        bench.advance(by: .seconds(1))
        #expect(bench.marks.isEmpty)
        #expect(bench.machine.heldRecords == 0)
    }

    /// Its partition goes away before Kafka answers: it is delivered to the next owner.
    @Test func recordOfARemovedEntryIsDroppedWithItsPartition() {
        var bench = MachineBench()
        bench.holdsTrail = true
        let login = Logins.login(4)
        bench.assign(0, recordedThrough: 4)
        bench.receive(login)
        let lookUps = bench.lookUps[0]
        let found = RecordedDecisions(decisions: [:], removed: [login.identity])
        bench.tell { $0.lookedUp(lookUps, found: .success(found), now: $1) }
        bench.revoke(0)
        bench.recorded()
        #expect(bench.publications.isEmpty)
        #expect(bench.machine.heldRecords == 0)
        #expect(bench.machine.unsettled.values.flatMap { $0 }.isEmpty)
    }

    /// Records of one player wait for each other as always.
    @Test func nextRecordOfTheLaneFollowsARemovedOne() {
        var bench = MachineBench()
        let removed = Logins.login(4, playerId: "player")
        bench.assign(0, recordedThrough: 4)
        bench.receive(removed, Logins.login(5, playerId: "player"))
        #expect(bench.asked == [])
        let lookUps = bench.lookUps[0]
        let found = RecordedDecisions(decisions: [:], removed: [removed.identity])
        bench.tell { $0.lookedUp(lookUps, found: .success(found), now: $1) }
        #expect(bench.asked == ["0-5"])
    }

    @Test func failedLookUpIsRepeatedAndNothingIsDecidedMeanwhile() {
        var bench = MachineBench()
        bench.assign(0, recordedThrough: 9)
        bench.receive(Logins.login(4), Logins.login(5), Logins.login(6, isDefective: true))
        for _ in 0..<3 {
            #expect(bench.lookUps.map(\.count) == [3])
            let lookUps = bench.lookUps.removeFirst()
            bench.tell { $0.lookedUp(lookUps, found: .failure(TrailFailure(message: "down")), now: $1) }
            #expect(bench.lookUps.isEmpty && bench.attempts.isEmpty && bench.records.isEmpty)
            bench.advance(by: CommitCycle.maximumWait)
        }
        let lookUps = bench.lookUps[0]
        bench.tell { $0.lookedUp(lookUps, found: .success([:]), now: $1) }
        #expect(bench.asked == ["0-4", "0-5"])
        #expect(bench.deadLetters.count == 1)
    }

    @Test func lookUpOfARevokedPartitionIsIgnored() {
        var bench = MachineBench()
        let login = Logins.login(4)
        bench.assign(0, recordedThrough: 9)
        bench.receive(login)
        bench.revoke(0)
        let lookUps = bench.lookUps[0]
        let found = RecordedDecision(index: 77, entry: Self.entry(login), isCommitted: false)
        bench.tell { $0.lookedUp(lookUps, found: .success([login.identity: found]), now: $1) }
        #expect(bench.records.isEmpty && bench.publications.isEmpty && bench.machine.heldRecords == 0)
    }

    @Test func inheritedCompletionsAreSkipped() {
        var bench = MachineBench()
        let progress = CommittedProgress(open: [2, 4], end: 6, trailID: "other", nextIndex: 0)
        bench.assign(0, committed: 2, metadata: progress.metadata)
        bench.receive(Logins.login(2), Logins.login(3), Logins.login(4), Logins.login(5), Logins.login(6))
        #expect(bench.asked == ["0-2", "0-4", "0-6"])
        #expect(bench.machine.heldRecords == 3)
    }
}
