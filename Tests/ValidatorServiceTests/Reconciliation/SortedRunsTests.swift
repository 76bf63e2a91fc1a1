import Foundation
import LoginContracts
import Testing

@testable import ValidatorService

/// Sorting on disk gives what sorting in memory gives.
struct SortedRunsTests {
    private struct Random: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            self.state = self.state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return self.state ^ (self.state >> 29)
        }

        mutating func record() -> PublishedRecord {
            let content: PublishedRecord.Content =
                if Bool.random(using: &self) {
                    .outcome(
                        id: PublishedRecord.Bits128(high: self.next(), low: self.next()),
                        decision: Decision.allCases.randomElement(using: &self) ?? .pass,
                        reason: Bool.random(using: &self) ? DecisionReason.allCases.randomElement(using: &self) : nil,
                        player: Bool.random(using: &self) ? self.next() : nil,
                        auditIndex: Int64.random(in: 0...Int64.max, using: &self)
                    )
                } else {
                    .deadLetter(
                        digest: Bool.random(using: &self)
                            ? PublishedRecord.Bits128(high: self.next(), low: self.next()) : nil,
                        disposition: DeadLetter.Disposition.allCases.randomElement(using: &self) ?? .stale
                    )
                }
            return PublishedRecord(
                sourcePartition: Int32.random(in: 0...3, using: &self),
                sourceOffset: Int64.random(in: 0...50, using: &self) + (Bool.random(using: &self) ? 0 : .max - 51),
                partition: Int32.random(in: 0...Int32.max, using: &self),
                offset: Int64.random(in: 0...Int64.max, using: &self),
                content: content
            )
        }
    }

    private static func all(_ runs: SortedRuns) throws -> [PublishedRecord] {
        var merge = try runs.sorted()
        var records: [PublishedRecord] = []
        while let head = merge.peek {
            let next = try merge.next()
            #expect(next == head)
            records.append(head)
        }
        #expect(try merge.next() == nil)
        return records
    }

    @Test(arguments: [0, 1, 99, 100, 101, 1000, 4321]) func runsOnDiskAreSortedAsInMemory(count: Int) throws {
        var random = Random(state: UInt64(count) + 1)
        let records = (0..<count).map { _ in random.record() }
        let runs = try SortedRuns(maximumRunRecords: 100)
        for record in records { try runs.add(record) }
        #expect(try Self.all(runs) == records.sorted())
    }

    @Test func nothingIsLeftInTheFolder() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "runs-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var random = Random(state: 5)
        let runs = try SortedRuns(folder: folder, maximumRunRecords: 10)
        for _ in 0..<100 { try runs.add(random.record()) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
        #expect(try Self.all(runs).count == 100)
    }

    @Test func folderThatIsNotThereIsNamed() {
        let error = #expect(throws: ServiceError.self) { try SortedRuns(folder: "/nonexistent/folder") }
        #expect(error?.message.contains("/nonexistent/folder") == true && error?.message.contains("TMPDIR") == true)
    }

    @Test func playersAreToldApartAndNotNamed() {
        #expect(PublishedRecord.tag(ofPlayer: "a") != PublishedRecord.tag(ofPlayer: "b"))
        #expect(PublishedRecord.tag(ofPlayer: nil) == nil)
        #expect(PublishedRecord.tag(ofPlayer: "") != nil)
    }
}

struct GapReaderTests {
    static let tables: [(gaps: [Range<Int64>], batches: [[Range<Int64>]])] = [
        ([], []), ([3..<4], [[3..<4]]), ([3..<4, 100..<200], [[3..<4, 100..<200]]),
        ([3..<4, 5004..<5005, 20_000..<20_001], [[3..<4, 5004..<5005], [20_000..<20_001]]),
        ([3..<4, 5005..<5006], [[3..<4], [5005..<5006]]),
    ]

    @Test(arguments: Self.tables) func gapsCloseTogetherAreReadInOneGo(
        gaps: [Range<Int64>],
        batches: [[Range<Int64>]]
    ) {
        #expect(GapReader.batches(gaps).map(Array.init) == batches)
    }
}
