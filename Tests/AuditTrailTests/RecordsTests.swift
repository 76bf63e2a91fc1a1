import LoginContracts
import Testing

@testable import AuditTrail

/// A trail read in the order of Kafka's offsets.
struct RecordsTests {
    let folder: TemporaryFolder
    let writer: TrailWriter

    init() throws {
        self.folder = try TemporaryFolder()
        self.writer = try TrailWriter(self.folder)
    }

    private func walk(
        _ partition: SourcePartition,
        in folder: TemporaryFolder? = nil,
        from position: TrailRecord.Position = .start,
        page: Int
    ) throws -> [TrailRecord] {
        let reader = try TrailReader(path: (folder ?? self.folder).database)
        defer { reader.close() }
        var position = position
        var records: [TrailRecord] = []
        while true {
            let next = try reader.records(of: partition, clusterID: "cluster", from: position, limit: page)
            #expect(next.count <= page)
            records += next
            guard next.count == page, let last = next.last else { return records }
            position = .behind(last)
        }
    }

    /// Whatever offsets the segments have, and however they overlap.
    @Test(arguments: UInt64(1)...8) func pagesOfATrailInSegmentsAreTheSame(seed: UInt64) throws {
        var random = SeededGenerator(state: seed)
        let segmented = try TemporaryFolder()
        let writer = try TrailWriter(segmented)
        // Mostly in ascending order, as Kafka delivers them, with some that come much later.
        var offsets = Array(Int64(0)..<80)
        for _ in 0..<6 {
            offsets.swapAt(Int.random(in: 0..<80, using: &random), Int.random(in: 0..<80, using: &random))
        }
        while !offsets.isEmpty {
            let count = min(offsets.count, Int.random(in: 1...12, using: &random))
            let entries = offsets.prefix(count).map { ValidationEntry.sample($0) }
            offsets.removeFirst(count)
            for writer in [self.writer, writer] {
                let indices = try writer.append(entries)
                _ = try writer.append([], deliveries: [.committed(ClosedRange(indices))])
            }
            if Bool.random(using: &random) { try writer.seal(at: Timestamp(0)) }
        }
        for page in [1, 5, 100] {
            let found = try self.walk(.first, in: segmented, page: page)
            #expect(found.map(\.offset) == Array(0..<80))
            #expect(try found == self.walk(.first, page: page))
        }
    }

    @Test(arguments: [1, 2, 3, 7, 100]) func pagesFollowTheOffsetsWhateverTheOrderOfTheEntries(page: Int) throws {
        let other = SourcePartition(topic: "login.events", partition: 1)
        let offsets: [Int64] = [7, 3, 12, 5, 0, 9, 4, 40, 2]
        _ = try self.writer.append(offsets.map { .sample($0) })
        _ = try self.writer.append(offsets.map { .sample($0, identity: .sample($0, partition: other)) })
        // Other records at offsets that are taken, as in a topic that was made anew.
        _ = try self.writer.append([
            .sample(5, identity: .sample(5, content: "anew")), .sample(5, identity: .sample(5, content: "again")),
            .sample(5, identity: .sample(5, cluster: "elsewhere")),
        ])
        let records = try self.walk(.first, page: page)
        #expect(records.map(\.offset) == [0, 2, 3, 4, 5, 5, 5, 7, 9, 12, 40])
        #expect(Set(records.map(\.index)).count == 11)
        #expect(
            records.first
                == TrailRecord(
                    index: 4,
                    offset: 0,
                    digest: RecordIdentity.sample(0).digest,
                    recordedAt: Timestamp(1_700_000_000_000),
                    decision: .kick,
                    reason: .tokenInvalid,
                    playerId: "100"
                )
        )
        #expect(try self.walk(.first, from: .offset(5), page: page).map(\.offset) == [5, 5, 5, 7, 9, 12, 40])
        #expect(try self.walk(other, page: page).count == offsets.count)
        #expect(try self.walk(SourcePartition(topic: "none", partition: 0), page: page).isEmpty)
    }

    @Test func deliveriesAreToldWithTheEntryThatSaysSo() throws {
        _ = try self.writer.append(ValidationEntry.samples(0..<4), deliveries: [.committed(0...1), .superseded(2...2)])
        let records = try self.walk(.first, page: 10)
        #expect(records.map(\.delivery) == [.committed, .committed, .superseded, nil])
        #expect(records.map(\.deliveryIndex) == [4, 4, 5, nil])
    }

    @Test func partitionsOfTheTopicAreToldFromOthers() throws {
        let places: [(String, SourcePartition)] = [
            ("cluster", .first), ("cluster", SourcePartition(topic: "login.events", partition: 7)),
            ("cluster", SourcePartition(topic: "other", partition: 0)), ("elsewhere", .first),
        ]
        for (cluster, partition) in places {
            _ = try self.writer.append([.sample(1, identity: .sample(1, cluster: cluster, partition: partition))])
        }
        let reader = try TrailReader(path: self.folder.database)
        let found = try reader.partitions(clusterID: "cluster", topic: "login.events")
        #expect(found.ours.map(\.partition) == [0, 7])
        #expect(found.others == 2)
        #expect(try reader.firstIndex() == 0)
    }

    @Test func undeliveredEndIsSeenUntilItIsMarked() throws {
        let reader = try TrailReader(path: self.folder.database)
        #expect(try reader.firstIndex() == nil)
        #expect(try !reader.hasUndeliveredEnd(below: 100))
        _ = try self.writer.append(ValidationEntry.samples(0..<4))
        #expect(try reader.hasUndeliveredEnd(below: 4))
        #expect(try !reader.hasUndeliveredEnd(below: 0))
        _ = try self.writer.append([], deliveries: [.committed(2...3)])
        // Entries 0 and 1 are in doubt for good: the end is not.
        #expect(try !reader.hasUndeliveredEnd(below: 10))
    }
}
