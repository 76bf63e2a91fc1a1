import LoginContracts
import Testing

@testable import ValidationPipeline

@Suite struct CommitCycleTests {
    static func item(_ offset: Int64, slot: UInt64 = 1, index: Int64? = nil) -> CommitCycle.Item {
        let login = Logins.login(offset)
        let entry = ValidationEntry(
            identity: login.identity,
            recordedAt: Timestamp(0),
            eventID: "e",
            decision: .kick,
            reason: .tokenInvalid,
            instanceID: "i",
            policyVersion: "1"
        )
        return .init(
            decided: DecidedRecord(login: login, slot: PartitionSlot(number: slot), entry: entry),
            index: index
        )
    }

    @Test func recordedEntriesGetTheirNumbersInOrder() {
        var cycle = CommitCycle()
        func published() -> CommitCycle.Batch { cycle.published() }
        #expect(cycle.isIdle && !cycle.isStepRunning)
        let mark = DeliveryMark(index: 0, fate: .committed, at: Timestamp(0))
        cycle.start(.init(items: [Self.item(1), Self.item(2, index: 3), Self.item(3)], marks: [mark]))
        #expect(cycle.isStepRunning && cycle.unnumberedCount == 2)
        let batch = cycle.recorded(10..<12)
        #expect(batch.items.map(\.index) == [10, 3, 11])
        #expect(batch.marks.isEmpty)
        #expect(published().items.count == 3)
        #expect(cycle.isIdle)
    }

    @Test func failedStepIsTriedAgainLaterAndLater() {
        var cycle = CommitCycle()
        func retry(now: Duration) -> CommitCycle.Step? { cycle.retry(now: now) }
        cycle.start(.init(items: [Self.item(1)], marks: []))
        var now = Duration.zero
        var waits: [Duration] = []
        for _ in 0..<9 {
            cycle.stepFailed(now: now)
            #expect(!cycle.isStepRunning && !cycle.isIdle)
            let due = cycle.retryDue!
            waits.append(due - now)
            #expect(retry(now: due - .milliseconds(1)) == nil)
            #expect(retry(now: due) == .record)
            now = due
        }
        let milliseconds = [100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000]
        #expect(waits == milliseconds.map { .milliseconds($0) })
        _ = cycle.recorded(0..<1)
        // A step that succeeded begins the waits anew.
        cycle.stepFailed(now: now)
        #expect(cycle.retryDue == now + .milliseconds(100))
        #expect(retry(now: now + .seconds(1)) == .publish)
        _ = cycle.published()
        #expect(cycle.isIdle && cycle.retryDue == nil)
    }

    @Test func stepWithNothingLeftEndsTheCycle() {
        var cycle = CommitCycle()
        func narrow(to batch: CommitCycle.Batch) -> Bool { cycle.narrow(to: batch) }
        let mark = DeliveryMark(index: 0, fate: .committed, at: Timestamp(0))
        cycle.start(.init(items: [Self.item(1)], marks: [mark]))
        // Marks are worth an append of their own, but no transaction.
        #expect(narrow(to: .init(items: [], marks: [mark])))
        var batch = cycle.recorded(7..<7)
        #expect(batch.items.isEmpty)
        #expect(!narrow(to: batch))
        #expect(cycle.isIdle)
        cycle.start(.init(items: [Self.item(1)], marks: []))
        batch = .init(items: [], marks: [])
        #expect(!narrow(to: batch))
        #expect(cycle.isIdle)
    }

    @Test func highestOffsetIsOfThatPartition() {
        var cycle = CommitCycle()
        #expect(cycle.highestOffset(of: PartitionSlot(number: 1)) == nil)
        cycle.start(.init(items: [Self.item(9, slot: 1), Self.item(4, slot: 1), Self.item(70, slot: 2)], marks: []))
        #expect(cycle.highestOffset(of: PartitionSlot(number: 1)) == 9)
        cycle.stepFailed(now: .zero)
        #expect(cycle.highestOffset(of: PartitionSlot(number: 2)) == 70)
        #expect(cycle.highestOffset(of: PartitionSlot(number: 3)) == nil)
    }
}
