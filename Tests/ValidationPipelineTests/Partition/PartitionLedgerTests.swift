import LoginContracts
import Testing

@testable import ValidationPipeline

@Suite struct PartitionLedgerTests {
    /// Receives a record, and expects what the ledger says to it.
    static func expect(
        _ expected: PartitionLedger.ReceivedAction,
        of ledger: inout PartitionLedger,
        at offset: Int64,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let action = ledger.received(offset)
        #expect(action == expected, "offset \(offset)", sourceLocation: sourceLocation)
    }

    /// Random lives of a partition with many owners, against a plain set of what was completed and committed.
    @Test(arguments: UInt64(0)..<60)
    func noRecordIsProcessedTwiceAndNoneIsSkipped(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var log: [Int64] = []
        var offset: Int64 = 0
        for _ in 0..<random.int(1...400) {
            log.append(offset)
            offset += random.chance(0.9) ? 1 : Int64(random.int(2...10_000))
        }
        var committed: CommittedProgress?
        var completed: Set<Int64> = []
        for epoch in UInt64(1)...200 {
            let read = committed.flatMap { CommittedProgress(offset: $0.offset, metadata: $0.metadata) }
            #expect(read == committed)
            var ledger = PartitionLedger(epoch: epoch, committed: committed?.offset, progress: read)
            var position = log.firstIndex { $0 >= committed?.offset ?? 0 } ?? log.count
            for _ in 0..<random.int(1...30) {
                if random.chance(0.6) {
                    for _ in 0..<min(random.int(0...40), ledger.room) where position < log.count {
                        let action = ledger.received(log[position])
                        #expect(action == (completed.contains(log[position]) ? .skip : .process))
                        position += 1
                    }
                } else {
                    let chosen = ledger.open.filter { _ in random.chance(0.3) }
                    for offset in chosen { ledger.stage(offset) }
                    let progress = ledger.progress(trailID: "t", nextIndex: 0)
                    if random.chance(0.2) {
                        ledger.unstage()
                        continue
                    }
                    completed.formUnion(chosen)
                    ledger.completeStaged()
                    committed = progress
                    // What is committed says of every record whether it is complete.
                    for offset in log { #expect(progress.isComplete(offset) == completed.contains(offset)) }
                    // A transaction that committed while its owner went away: the next one takes over.
                    if random.chance(0.2) { break }
                }
            }
            if completed.count == log.count { break }
        }
    }

    @Test func windowClosesAtTheMaximumAndAtTheSpan() {
        var full = PartitionLedger(epoch: 1, committed: 0, progress: nil)
        for offset in 0..<Int64(CommittedProgress.maximumOpen) { _ = full.received(offset) }
        #expect(full.room == 0)
        full.stage(5)
        #expect(full.room == 0)
        full.completeStaged()
        #expect(full.room == 1)
        var wide = PartitionLedger(epoch: 1, committed: 0, progress: nil)
        _ = wide.received(0)
        #expect(wide.room == CommittedProgress.maximumOpen - 1)
        _ = wide.received(CommittedProgress.maximumSpan)
        #expect(wide.room == 0)
        wide.stage(0)
        wide.completeStaged()
        #expect(wide.room == CommittedProgress.maximumOpen - 1)
    }

    @Test func unstagedRecordsStayOpen() {
        var ledger = PartitionLedger(epoch: 1, committed: 3, progress: nil)
        Self.expect(.process, of: &ledger, at: 3)
        Self.expect(.skip, of: &ledger, at: 3)
        ledger.stage(3)
        #expect(ledger.progress(trailID: "t", nextIndex: 1).open == [])
        ledger.unstage()
        #expect(ledger.progress(trailID: "t", nextIndex: 1).open == [3])
    }

    /// A topic that was deleted and made again, or a broker that was reset: the committed offset is beyond its end.
    @Test func logThatStartsOverIsProcessedFromItsStart() {
        let progress = CommittedProgress(open: [900], end: 1000, trailID: "t", nextIndex: 0)
        var ledger = PartitionLedger(epoch: 1, committed: 900, progress: progress)
        Self.expect(.process, of: &ledger, at: 0)
        Self.expect(.process, of: &ledger, at: 1)
        Self.expect(.skip, of: &ledger, at: 1)
        ledger.stage(0)
        let next = ledger.progress(trailID: "t", nextIndex: 0)
        #expect(next.open == [1])
        #expect(next.end == 2)
    }

    @Test func committedOffsetBelowTheLogsStartIsNoHindrance() {
        let progress = CommittedProgress(open: [5, 8], end: 10, trailID: "t", nextIndex: 0)
        var ledger = PartitionLedger(epoch: 1, committed: 5, progress: progress)
        Self.expect(.process, of: &ledger, at: 8)
        Self.expect(.process, of: &ledger, at: 50)
        ledger.stage(8)
        #expect(ledger.progress(trailID: "t", nextIndex: 0).open == [50])
    }
}
