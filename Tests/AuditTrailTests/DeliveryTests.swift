import LoginContracts
import Testing

@testable import AuditTrail

/// An entry is delivered once, and until then it is in doubt.
struct DeliveryTests {
    let folder: TemporaryFolder
    let writer: TrailWriter

    init() throws {
        self.folder = try TemporaryFolder()
        self.writer = try TrailWriter(self.folder)
        _ = try self.writer.append(ValidationEntry.samples(0..<10))
    }

    private func undelivered(below offset: Int64? = nil, limit: Int = 100, of writer: TrailWriter? = nil) throws
        -> [Int64]
    {
        try (writer ?? self.writer)
            .undelivered(clusterID: "cluster", partition: .first, below: offset, limit: limit).map(\.index)
    }

    @Test func theViewsTellTheThreeStates() throws {
        _ = try self.writer.append([], deliveries: [.committed(0...3), .superseded(5...5)])
        let connection = try PlainConnection(self.folder.database)
        let rows = try connection.rows(#"SELECT "index", delivery, delivered_at FROM decisions ORDER BY "index""#)
        #expect(
            rows.map { $0[1] } == Array(repeating: "committed", count: 4) + ["in doubt", "superseded"]
                + Array(repeating: "in doubt", count: 4)
        )
        #expect(rows[0][2] == "2023-11-14T22:15:00.000Z")
        #expect(rows[5][2] == "2023-11-14T22:16:40.000Z")
        #expect(rows[4][2] == nil)
    }

    @Test(
        arguments: [
            EntryDelivery.committed(3...4), .superseded(0...3), .committed(5...6), .committed(3...3), .committed(0...9),
            .committed(4...4),
            .committed(9...12),
            .committed(-1...0),
        ]
    )
    func aDeliveryNeitherOverlapsNorRunsAhead(delivery: EntryDelivery) throws {
        _ = try self.writer.append([], deliveries: [.committed(3...5)])
        let error = #expect(throws: TrailError.self) { _ = try self.writer.append([], deliveries: [delivery]) }
        #expect(error?.code == .refused)
        #expect(try self.undelivered() == [0, 1, 2, 6, 7, 8, 9])
        #expect(try self.writer.append([], deliveries: [.committed(0...2), .committed(6...9)]) == 11..<11)
        #expect(try self.undelivered() == [])
    }

    @Test func adjacentDeliveriesInAnyOrderAreFine() throws {
        _ = try self.writer.append([], deliveries: [.committed(5...9), .superseded(4...4), .committed(0...3)])
        #expect(try self.undelivered() == [])
    }

    @Test func aDeliveryMayCoverEntriesOfItsOwnAppend() throws {
        let range = try self.writer.append(ValidationEntry.samples(10..<12), deliveries: [.superseded(10...11)])
        #expect(range == 10..<12)
        #expect(try self.undelivered() == Array(0..<10))
    }

    @Test func entriesInDoubtAreFoundByPartitionOffsetAndLimit() throws {
        let other = SourcePartition(topic: "login.events", partition: 1)
        _ = try self.writer.append([.sample(0, identity: .sample(3, partition: other))])
        _ = try self.writer.append([], deliveries: [.committed(2...6)])
        #expect(try self.undelivered() == [0, 1, 7, 8, 9])
        #expect(try self.undelivered(below: 8) == [0, 1, 7])
        #expect(try self.undelivered(limit: 3) == [0, 1, 7])
        let elsewhere = try self.writer.undelivered(clusterID: "cluster", partition: other, limit: 10)
        #expect(elsewhere.map(\.index) == [10])
        #expect(elsewhere.map(\.offset) == [3])
        #expect(try self.writer.undelivered(clusterID: "unknown", partition: .first, limit: 10).isEmpty)
        #expect(throws: TrailError.self) { try self.undelivered(limit: 0) }
    }

    /// What memory says after any history is what a new writer reads from the file.
    @Test(arguments: 0..<8)
    func theMemoryOfDoubtEqualsTheFile(seed: UInt64) throws {
        var random = SeededGenerator(state: seed)
        // The first call begins the memory, which every append from here on keeps up to date.
        var doubtful = Set(try self.undelivered())
        var offset: Int64 = 10
        for _ in 0..<60 {
            if Int.random(in: 0..<4, using: &random) == 0 {
                _ = try self.writer.append(.sample(.guardTripped))
            }
            let count = Int64.random(in: 0...3, using: &random)
            var deliveries: [EntryDelivery] = []
            if let index = doubtful.randomElement(using: &random) {
                let last = doubtful.contains(index + 1) && Bool.random(using: &random) ? index + 1 : index
                deliveries = [.committed(index...last)]
                doubtful.subtract([index, last])
            }
            let range = try self.writer.append(
                ValidationEntry.samples(offset..<(offset + count)),
                deliveries: deliveries
            )
            doubtful.formUnion(range)
            offset += count
        }
        #expect(try self.undelivered(limit: 1000) == doubtful.sorted())
        self.writer.close()
        let second = try TrailWriter(self.folder)
        #expect(try self.undelivered(limit: 1000, of: second) == doubtful.sorted())
    }
}

/// The set of ranges behind it.
struct UndeliveredRangesTests {
    @Test(arguments: 0..<50)
    func rangesBehaveLikeASetOfNumbers(seed: UInt64) {
        var random = SeededGenerator(state: seed)
        var ranges = UndeliveredRanges()
        var numbers: Set<Int64> = []
        var next: Int64 = 0
        for _ in 0..<100 {
            if Bool.random(using: &random) {
                next += Int64.random(in: 0...2, using: &random)
                let range = next..<(next + Int64.random(in: 0...5, using: &random))
                ranges.append(range)
                numbers.formUnion(range)
                next = range.upperBound
            } else {
                let first = Int64.random(in: 0...max(next, 1), using: &random)
                let delivered = first...(first + Int64.random(in: 0...12, using: &random))
                ranges.remove(delivered)
                numbers.subtract(delivered)
            }
            #expect(ranges.ranges.flatMap { Array($0) } == numbers.sorted())
            #expect(zip(ranges.ranges, ranges.ranges.dropFirst()).allSatisfy { $0.upperBound + 1 < $1.lowerBound })
        }
    }
}
