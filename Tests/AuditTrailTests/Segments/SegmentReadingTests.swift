import Foundation
import LoginContracts
import Testing

@testable import AuditTrail

/// A trail in segments answers as one in a single file does.
struct SegmentReadingTests {
    private static let filled = Result { try SegmentedTrails.filled() }
    let trails: SegmentedTrails

    init() throws {
        self.trails = try Self.filled.get()
    }

    static let queries: [(name: String, change: @Sendable (inout TrailQuery) -> Void)] = [
        ("all", { _ in }),
        ("player", { $0.playerId = "player-3" }),
        ("nobody", { $0.playerId = "nobody" }),
        ("offset", { $0.offset = 301 }),
        ("topic", { $0.topic = "login.events" }),
        ("time", { ($0.from, $0.to) = (Timestamp(1_700_000_000_500), Timestamp(1_700_000_001_900)) }),
        ("to", { $0.to = Timestamp(1_700_000_000_020) }),
        ("bounds", { ($0.before, $0.after) = (299, 1800) }),
        ("services", { $0.kinds = [.service] }),
        ("deliveries", { $0.kinds = [.delivery] }),
    ]

    @Test(arguments: Self.queries.indices, [7, 100, 10_000])
    func pagesAreTheSame(place: Int, limit: Int) throws {
        let (plain, segmented) = try self.trails.readers()
        #expect(try self.trails.segments.count == 7)
        for maximumScan in [nil, 64, 1000] as [Int64?] {
            var query = TrailQuery.everything(limit: limit)
            Self.queries[place].change(&query)
            query.maximumScan = maximumScan
            var found: [TrailEntry] = []
            var expected: [TrailEntry] = []
            for (reader, isPlain) in [(plain, true), (segmented, false)] {
                var page = query
                repeat {
                    let answer = try reader.entries(page)
                    if isPlain { expected += answer.entries } else { found += answer.entries }
                    guard let next = answer.nextAfter else { break }
                    #expect(next < page.after ?? .max)
                    page.after = next
                } while true
            }
            #expect(found == expected, "\(Self.queries[place].name), \(maximumScan ?? 0)")
        }
    }

    @Test func anExplanationCountsTheFilesThatMayHaveMatches() throws {
        let (_, segmented) = try self.trails.readers()
        #expect(try segmented.explanation(.everything()).files == 8)
        let segments = try self.trails.segments
        var query = TrailQuery.everything()
        query.before = segments[1].indices.lowerBound
        query.after = segments[3].indices.lowerBound + 1
        #expect(try segmented.explanation(query).files == 3)
        query.after = segments[3].indices.lowerBound
        #expect(try segmented.explanation(query).files == 2)
    }

    @Test(arguments: Self.queries.indices, [false, true])
    func walksAreTheSame(place: Int, ascending: Bool) throws {
        let (plain, segmented) = try self.trails.readers()
        var query = TrailQuery.everything()
        Self.queries[place].change(&query)
        var walks: [[TrailEntry]] = []
        for reader in [plain, segmented] {
            var entries: [TrailEntry] = []
            try reader.forEach(query, ascending: ascending) { entries.append($0) }
            walks.append(entries)
        }
        #expect(walks[0] == walks[1])
        var exports: [[UInt8]] = []
        for reader in [plain, segmented] {
            var lines: [UInt8] = []
            let count = try reader.forEachLine(query) { bytes, _ in lines += bytes }
            #expect(count == Int64(walks[0].count))
            exports.append(lines)
        }
        #expect(exports[0] == exports[1])
    }

    @Test(arguments: Self.queries.indices)
    func sumsAreTheSame(place: Int) throws {
        let (plain, segmented) = try self.trails.readers()
        var query = TrailQuery()
        Self.queries[place].change(&query)
        #expect(try plain.statistics(query) == segmented.statistics(query))
        query.from = Timestamp(1_700_000_000_000)
        query.to = Timestamp(1_700_000_009_000)
        #expect(try plain.series(query, span: .seconds(1)) == segmented.series(query, span: .seconds(1)))
        var counted = TrailSeries()
        let first = query.after
        query.maximumScan = 777
        repeat {
            let part = try segmented.series(query, span: .seconds(1))
            counted.counts.merge(part.counts, uniquingKeysWith: +)
            counted.nextAfter = part.nextAfter
            query.after = part.nextAfter
        } while counted.nextAfter != nil
        query.maximumScan = nil
        query.after = first
        #expect(try plain.series(query, span: .seconds(1)).counts == counted.counts)
    }

    @Test func singleEntriesAndTheirDeliveriesAreFound() throws {
        let (plain, segmented) = try self.trails.readers()
        let count = try plain.count()
        #expect(try segmented.count() == count)
        #expect(try segmented.latestIndex() == count - 1)
        for index in stride(from: -3, to: count + 3, by: 41) {
            #expect(try segmented.entry(at: index) == plain.entry(at: index))
            #expect(try segmented.deliveryIndex(of: index) == plain.deliveryIndex(of: index))
            #expect(try segmented.document(of: index) == plain.document(of: index))
        }
        #expect(try segmented.entry(at: .max) == nil)
        #expect(try segmented.entry(at: .min) == nil)
    }

    @Test func checkpointsAreFoundOnce() throws {
        let (plain, segmented) = try self.trails.readers()
        #expect(try segmented.newestCheckpoint() == plain.newestCheckpoint())
        #expect(try segmented.verifiers() == plain.verifiers())
        let all = try plain.checkpoints(above: 0, limit: 1000)
        #expect(try segmented.checkpoints(above: 0, limit: 1000) == all)
        for limit in [1, 3, 20] {
            for size in [0, 299, 300, 304, 1000, 5000, 100_000] as [Int64] {
                #expect(
                    try segmented.checkpoints(above: size, limit: limit) == plain.checkpoints(above: size, limit: limit)
                )
                #expect(try segmented.checkpoint(covering: size) == plain.checkpoint(covering: size))
            }
        }
    }

    /// Every proof is the same, and so is every root.
    @Test func proofsAreTheSame() throws {
        let (plain, segmented) = try self.trails.readers()
        let sizes = try plain.checkpoints(above: 0, limit: 1000).map(\.checkpoint.size)
        let newest = try #require(sizes.last)
        for old in sizes + [1, 2, 255, 256, 257, 1023, 1024, 2049, 4096] where old <= newest {
            #expect(
                try segmented.consistencyProof(from: old, to: newest) == plain.consistencyProof(from: old, to: newest),
                "\(old)"
            )
        }
        for index in stride(from: 0, to: newest, by: 53) {
            for size in [newest, sizes.first { $0 > index } ?? newest] {
                #expect(
                    try segmented.provenEntry(at: index, size: size) == plain.provenEntry(at: index, size: size),
                    "\(index) of \(size)"
                )
            }
        }
    }

    @Test func theWholeIsVerified() throws {
        let (plain, segmented) = try self.trails.readers()
        let (one, many) = try (
            TrailVerifier(plain, against: self.trails.checkpoints).verify(),
            TrailVerifier(segmented, against: self.trails.checkpoints).verify()
        )
        #expect(one == many)
        #expect(many.problems == [])
        #expect(many.givenCheckpoints == self.trails.checkpoints.count)
    }

    @Test func theCopyIsTheSame() throws {
        let copy = try TemporaryFolder()
        let (_, segmented) = try self.trails.readers()
        try segmented.backUp(to: copy.database) { _, _ in }
        let reader = try TrailReader(path: copy.database)
        let verified = try TrailVerifier(reader, against: self.trails.checkpoints).verify()
        #expect(verified.problems == [])
        #expect(verified.entries == (try segmented.count()))
        let again = #expect(throws: TrailError.self) { try segmented.backUp(to: copy.database) { _, _ in } }
        #expect(again?.code == .cannotOpen)
    }

    /// Folders where nothing can be made, as an auditor's copy on a read-only disk is.
    @Test func sealedFilesAreReadWithoutMakingAnything() throws {
        let before = try self.trails.segmented.contents().keys.sorted()
        let (_, segmented) = try self.trails.readers()
        try segmented.forEach(.everything()) { _ in }
        #expect(try self.trails.segmented.contents().keys.sorted() == before)
        for file in try self.trails.segments {
            let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
            #expect((attributes[.posixPermissions] as? Int).map { $0 & 0o222 } == 0)
        }
    }
}
