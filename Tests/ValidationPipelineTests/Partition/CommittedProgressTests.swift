import Foundation
import LoginContracts
import Testing

@testable import ValidationPipeline

@Suite struct CommittedProgressTests {
    static let trailID = String(repeating: "f", count: 32)

    @Test func goldenText() {
        let progress = CommittedProgress(
            open: [1000, 1001, 1300],
            end: 1500,
            trailID: "abc",
            firstIndex: 3,
            nextIndex: 77
        )
        // 500, 1 and 299 as LEB128: f4 03, 01, ab 02.
        #expect(progress.metadata == "lv1.abc.3.77.9AMBqwI")
        #expect(progress.offset == 1000)
        #expect(CommittedProgress(offset: 1000, metadata: "lv1.abc.3.77.9AMBqwI") == progress)
        let done = CommittedProgress(open: [], end: 7, trailID: "abc", nextIndex: 0)
        #expect(done.metadata == "lv1.abc.0.0.AA")
        #expect(done.offset == 7)
    }

    @Test func whatIsWrittenIsReadBack() throws {
        var random = SeededRandom(seed: 1)
        for _ in 0..<2000 {
            let count = random.int(0...CommittedProgress.maximumOpen)
            var open: [Int64] = []
            var next = Int64.random(in: 0...(1 << 40), using: &random)
            for _ in 0..<count {
                open.append(next)
                next += random.chance(0.9) ? 1 : Int64.random(in: 1...2000, using: &random)
            }
            let progress = CommittedProgress(
                open: open,
                end: next + Int64.random(in: 0...100, using: &random),
                trailID: Self.trailID,
                firstIndex: 5,
                nextIndex: Int64.random(in: 5...Int64.max, using: &random)
            )
            let text = progress.metadata
            #expect(text.utf8.count <= CommittedProgress.maximumLength)
            #expect(CommittedProgress(offset: progress.offset, metadata: text) == progress)
        }
    }

    @Test func completeIsEverythingBeforeTheEndThatIsNotOpen() {
        let progress = CommittedProgress(open: [5, 9], end: 12, trailID: "t", nextIndex: 0)
        let complete = (Int64(0)..<20).filter { progress.isComplete($0) }
        #expect(complete == [0, 1, 2, 3, 4, 6, 7, 8, 10, 11])
        #expect(progress.covers(index: 0, offset: 6) == false)
        let ranged = CommittedProgress(open: [5], end: 12, trailID: "t", firstIndex: 3, nextIndex: 6)
        #expect((Int64(0)..<8).filter { ranged.covers(index: $0, offset: 6) } == [3, 4, 5])
        #expect(!ranged.covers(index: 4, offset: 5))
    }

    /// A ledger's window at its worst: the most records, spread to the span, and then a whole demand with huge gaps.
    @Test func fullLedgerFitsIntoTheMetadata() {
        var ledger = PartitionLedger(epoch: 1, committed: 0, progress: nil)
        var offset: Int64 = 0
        let spread = CommittedProgress.maximumSpan / 704
        while ledger.open.count < 704 {
            PartitionLedgerTests.expect(.process, of: &ledger, at: offset)
            offset += spread
        }
        #expect(ledger.room == CommittedProgress.maximumDemand)
        let gap = (Int64.max - offset) / 70
        for _ in 0..<CommittedProgress.maximumDemand {
            offset += gap
            PartitionLedgerTests.expect(.process, of: &ledger, at: offset)
        }
        #expect(ledger.room == 0)
        let progress = ledger.progress(trailID: String(repeating: "i", count: 64), nextIndex: .max)
        let text = progress.metadata
        #expect(text.utf8.count <= CommittedProgress.maximumLength)
        #expect(CommittedProgress(offset: progress.offset, metadata: text) == progress)
    }

    @Test(arguments: [
        "", "lv1", "lv1....", "lv2.t.0.0.AA", "lv1..0.0.AA", "lv1.t.0.0.", "lv1.t.0.0.!!", "lv1.t.-1.0.AA",
        "lv1.t.5.4.AA", "lv1.t.x.0.AA", "lv1.t.0.99999999999999999999.AA", "lv1.t.0.0.AA.AA", "lv1.t.0.AA",
        "lv1.t.0.0.gICAgICAgICAAQ", "lv1.t.0.0.gA", "lv1.t.0.0.AAE", "lv1.t.0.0.BQA", "lv1.t.0.0.BQU", "other program",
        "lv1.\(String(repeating: "t", count: 65)).0.0.AA", String(repeating: "x", count: 5000),
    ])
    func foreignMetadataIsNotRead(text: String) {
        #expect(CommittedProgress(offset: 10, metadata: text) == nil)
    }

    @Test func hostileMetadataNeverCrashes() {
        var random = SeededRandom(seed: 2)
        let alphabet = Array("ABCDwxyz0189-_=.lv".utf8)
        var accepted = 0
        for round in 0..<20_000 {
            let length = random.int(0...60)
            let tail = String(
                decoding: (0..<length).map { _ in alphabet.randomElement(using: &random)! },
                as: UTF8.self
            )
            let text = round % 2 == 0 ? "lv1.t.0.9.\(tail.filter { $0 != "." && $0 != "=" })" : tail
            let offset = round % 3 == 0 ? Int64.random(in: Int64.min...Int64.max, using: &random) : 100
            guard let progress = CommittedProgress(offset: offset, metadata: text) else { continue }
            accepted += 1
            // What is adopted can be used and written again, together with the longest trail id.
            var ledger = PartitionLedger(epoch: 1, committed: offset, progress: progress)
            _ = ledger.received(offset)
            let again = ledger.progress(trailID: String(repeating: "i", count: 64), nextIndex: .max)
            #expect(again.metadata.utf8.count <= CommittedProgress.maximumLength)
            #expect(again.open == again.open.sorted())
        }
        #expect(accepted > 100)
    }

    /// Metadata that is allowed by its length, but would not fit together with a longer trail id.
    @Test func metadataThatFillsTheLimitIsNotAdopted() {
        var bytes: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]
        for _ in 0..<760 { bytes += [0x80, 0x80, 0x80, 0x01] }
        let text = "lv1.t.0.0.\(Data(bytes).base64EncodedString().filter { $0 != "=" })"
        #expect(text.utf8.count <= CommittedProgress.maximumLength)
        #expect(CommittedProgress(offset: 0, metadata: text) == nil)
    }
}
