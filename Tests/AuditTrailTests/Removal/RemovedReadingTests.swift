import Foundation
import LoginContracts
import Testing

@testable import AuditTrail

/// A trail without its oldest segments answers about what it has, and says what it has no more.
struct RemovedReadingTests {
    /// No test changes it; reading costs the same however often.
    private static let template = Result { () throws -> (trails: SegmentedTrails, first: Int64, count: Int64) in
        let trails = try SegmentedTrails.filled()
        let count = trails.writer.nextIndex
        let first = try trails.segments[2].indices.upperBound
        try trails.writer.removeSegments(3)
        return (trails, first, count)
    }

    let trails: SegmentedTrails
    let reader: TrailReader
    /// The same entries in one file, but for those that say of removals.
    let plain: TrailReader
    let first: Int64
    /// How many entries there were before any was removed.
    let count: Int64

    init() throws {
        (self.trails, self.first, self.count) = try Self.template.get()
        (self.plain, self.reader) = try self.trails.readers()
    }

    @Test(arguments: SegmentReadingTests.queries.indices, [false, true])
    func walksAndPagesHaveTheRest(place: Int, ascending: Bool) throws {
        var query = TrailQuery.everything(limit: 100)
        SegmentReadingTests.queries[place].change(&query)
        var expected: [TrailEntry] = []
        try self.plain.forEach(query, ascending: ascending) { if $0.index >= self.first { expected.append($0) } }
        var found: [TrailEntry] = []
        try self.reader.forEach(query, ascending: ascending) { if $0.index < self.count { found.append($0) } }
        #expect(found == expected)
        var paged: [TrailEntry] = []
        repeat {
            let page = try self.reader.entries(query)
            paged += page.entries
            query.after = page.nextAfter
        } while query.after != nil
        #expect(paged.filter { $0.index < self.count } == expected.sorted { $0.index > $1.index })
    }

    @Test func sumsAndLinesHaveTheRest() throws {
        var query = TrailQuery.everything()
        query.before = self.first - 1
        query.after = self.count
        #expect(try self.reader.statistics(query) == self.plain.statistics(query))
        var lines: [[UInt8]] = [[], []]
        for (place, reader) in [self.plain, self.reader].enumerated() {
            try reader.forEachLine(query) { bytes, _ in lines[place] += bytes }
        }
        #expect(lines[0] == lines[1])
        (query.from, query.to) = (Timestamp(1_700_000_000_000), Timestamp(1_700_000_009_000))
        #expect(try self.reader.series(query, span: .seconds(1)) == self.plain.series(query, span: .seconds(1)))
        query = .everything()
        query.after = self.first
        #expect(try self.reader.entries(query).entries.isEmpty)
    }

    @Test func oneRemovedEntryIsSaidToBeRemoved() throws {
        for index in [0, 5, self.first - 1] {
            for error in [
                #expect(throws: TrailError.self) { try self.reader.entry(at: index) },
                #expect(throws: TrailError.self) { try self.reader.document(of: index) },
                #expect(throws: TrailError.self) { try self.reader.provenEntry(at: index, size: self.count) },
                #expect(throws: TrailError.self) { try self.reader.deliveryIndex(of: index) },
            ] {
                #expect(error?.code == .removed)
                #expect(error?.message.contains("Entry \(index) of") == true)
            }
        }
        #expect(try self.reader.entry(at: self.first) == self.plain.entry(at: self.first))
        #expect(try self.reader.firstIndex() == self.first)
        #expect(try self.reader.removals().last?.indices.upperBound == self.first)
    }

    @Test func recordsAreThoseThatAreThere() throws {
        let expected = try self.plain.records(of: .first, clusterID: "cluster", from: .start, limit: 10_000)
        let found = try self.reader.records(of: .first, clusterID: "cluster", from: .start, limit: 10_000)
        #expect(found == expected.filter { $0.index >= self.first })
    }

    @Test func everyCheckpointIsStillThere() throws {
        #expect(try self.reader.checkpoints(above: 0, limit: 1000) == self.plain.checkpoints(above: 0, limit: 1000))
        for size in [0, 299, 300, 304, self.first - 1, self.first, self.first + 1] as [Int64] {
            for limit in [1, 3, 20] {
                #expect(
                    try self.reader.checkpoints(above: size, limit: limit)
                        == self.plain.checkpoints(above: size, limit: limit)
                )
            }
        }
        #expect(try self.reader.verifiers() == self.plain.verifiers())
        #expect(try self.reader.newestCheckpoint() == self.plain.newestCheckpoint())
        for signed in self.trails.checkpoints { try self.trails.writer.requireContinuation(of: signed.checkpoint) }
        let other = Checkpoint(origin: "login-validator/test", size: 3, root: .ofEmptyTree)
        let error = #expect(throws: TrailError.self) { try self.trails.writer.requireContinuation(of: other) }
        #expect(error?.code == .corrupt)
    }

    @Test func proofsAreTheSame() throws {
        let sizes = try self.plain.checkpoints(above: 0, limit: 1000).map(\.checkpoint.size)
        let ends = [self.first, self.count] + sizes.filter { $0 >= self.first }
        for old in sizes + [256, 512, 1024, self.first, self.first + 1] {
            for end in ends where end >= old {
                #expect(
                    try self.reader.consistencyProof(from: old, to: end)
                        == self.plain.consistencyProof(from: old, to: end),
                    "\(old) to \(end)"
                )
            }
        }
        let unsigned = try #require((1..<self.first).first { !sizes.contains($0) && $0 % 256 > 3 })
        let error = #expect(throws: TrailError.self) {
            try self.reader.consistencyProof(from: unsigned, to: self.count)
        }
        #expect(error?.code == .removed)
        #expect(error?.message.contains("signed checkpoint, or at \(self.first)") == true)
        for index in stride(from: self.first, to: self.count, by: 31) {
            #expect(
                try self.reader.provenEntry(at: index, size: self.count)
                    == self.plain.provenEntry(at: index, size: self.count)
            )
        }
    }

    @Test func theRestIsVerifiedAgainstWhatWasKeptElsewhere() throws {
        let result = try TrailVerifier(
            self.reader,
            against: self.trails.checkpoints,
            trusted: Set(self.trails.checkpoints.map(\.verifier))
        ).verify()
        #expect(result.problems == [])
        #expect(result.removed == self.first)
        #expect(result.entries == self.count + 3 - self.first)
        #expect(result.givenCheckpoints == self.trails.checkpoints.count)
        #expect(result.checkpoints == (try TrailVerifier(self.plain).verify().checkpoints))
        #expect(result.uncompared == [])
        let signer = try NoteSigner.sample()
        let unknown = try SignedCheckpoint(
            Checkpoint(origin: signer.verifier.name, size: 7, root: .ofEmptyTree),
            by: signer,
            at: Timestamp(0)
        )
        let again = try TrailVerifier(self.reader, against: [unknown]).verify()
        #expect(again.problems == [])
        #expect(again.uncompared == [7])
        // One that others have of a size that was signed, with another root.
        let size = try #require(self.trails.checkpoints.first).checkpoint.size
        let forged = try SignedCheckpoint(
            Checkpoint(origin: signer.verifier.name, size: size, root: .ofEmptyTree),
            by: signer,
            at: Timestamp(0)
        )
        #expect(!(try TrailVerifier(self.reader, against: [forged]).verify().problems.isEmpty))
    }

    @Test func theCopyIsTheSame() throws {
        let copy = try TemporaryFolder()
        try self.reader.backUp(to: copy.database) { _, _ in }
        let reader = try TrailReader(path: copy.database)
        let verified = try TrailVerifier(reader, against: self.trails.checkpoints).verify()
        #expect(verified.problems == [])
        #expect(verified.removed == self.first)
        let again = #expect(throws: TrailError.self) { try self.reader.backUp(to: copy.path + "/audit.db") { _, _ in } }
        #expect(again?.code == .cannotOpen)
        let writer = try TrailWriter(copy)
        #expect(try writer.recorded([.sample(0)]).removed == [.sample(0)])
        #expect(try writer.removeSegments(1) == 1)
        #expect(try TrailVerifier(reader).verify().problems == [])
    }

    /// What was decided is not decided again, and a record of a topic that was made anew is another one.
    @Test func removedRecordsAreKnown() throws {
        let writer = self.trails.writer
        let removed = try self.plain.records(of: .first, clusterID: "cluster", from: .start, limit: 10_000)
            .filter { $0.index < self.first }
        #expect(removed.count > 900)
        let identities = removed.map { RecordIdentity.sample($0.offset) }
        let found = try writer.recorded(identities)
        #expect(found.removed == Set(identities))
        #expect(found.entries.isEmpty)
        let others: [RecordIdentity] = [
            .sample(5, content: "another"), .sample(5, cluster: "another"),
            .sample(5, partition: SourcePartition(topic: "login.events", partition: 1)), .sample(100_000),
        ]
        let unknown = try writer.recorded(others)
        #expect(unknown.removed.isEmpty)
        #expect(unknown.entries.isEmpty)
        let last = try #require(self.plain.records(of: .first, clusterID: "cluster", from: .start, limit: 10_000).last)
        #expect(try writer.recorded([.sample(last.offset)]).entries.count == 1)
        #expect(try writer.recordedThrough(clusterID: "cluster", partition: .first) == last.offset)
    }

    /// Kafka's answer was lost, and the same mark comes again after its segment is gone.
    @Test func aMarkThatIsRepeatedAfterTheRemovalDoublesNothing() throws {
        let entry = try self.plain.entry(at: 0)
        guard case .validation(let recorded) = entry, let delivery = recorded.delivery else {
            Issue.record("The first entry is a delivered decision.")
            return
        }
        let next = self.trails.writer.nextIndex
        _ = try self.trails.writer.append([], deliveries: [delivery])
        #expect(self.trails.writer.nextIndex == next)
    }
}
