import Foundation
import GRDB
import LoginContracts
import Synchronization
import Testing

@testable import AuditTrail

/// When and how the oldest segment is removed, and what a crash in between leaves.
struct RemovalTests {
    let folder: TemporaryFolder
    let archive: TemporaryFolder

    init() throws {
        self.folder = try TemporaryFolder()
        self.archive = try TemporaryFolder()
    }

    private func segments() throws -> [Range<Int64>] {
        try SegmentFile.all(beside: TrailFile(path: self.folder.database).path).map(\.indices)
    }

    private func verify() throws -> TrailVerification {
        let reader = try TrailReader(path: self.folder.database)
        defer { reader.close() }
        return try TrailVerifier(reader).verify()
    }

    /// Segments of 21 entries: 20 decisions and their delivery.
    private func fill(_ segments: Range<Int64>, _ writer: TrailWriter) throws {
        for segment in segments { try writer.appendSegment((segment * 20)..<(segment * 20 + 20)) }
    }

    private func removalEntries() throws -> [(index: Int64, entry: ServiceEntry)] {
        let reader = try TrailReader(path: self.folder.database)
        defer { reader.close() }
        var found: [(index: Int64, entry: ServiceEntry)] = []
        try reader.forEach(.everything(), ascending: true) { entry in
            if case .service(let index, let entry) = entry, entry.kind == .segmentRemoved {
                found.append((index, entry))
            }
        }
        return found
    }

    @Test func theOldestOfWhatIsOldEnoughIsRemoved() throws {
        let writer = try TrailWriter(self.folder)
        try self.fill(0..<3, writer)
        // The last entry of the first is its delivery.
        let last = Timestamp(1_700_000_100_000)
        let day = RetentionPolicy(maximumAge: .seconds(86_400))
        let soon = Timestamp(last.millisecondsSince1970 + 86_400_000 - 1)
        #expect(!(try writer.removeOldestSegment(day, at: soon)))
        #expect(try self.segments().count == 3)
        let due = Timestamp(last.millisecondsSince1970 + 86_400_000)
        #expect(try writer.removeOldestSegment(day, at: due))
        #expect(try self.segments() == [21..<42, 42..<63])
        let (index, entry) = try #require(try self.removalEntries().first)
        #expect(index == 63)
        #expect(entry.recordedAt == due)
        #expect(entry.message == "The entries 0 to 20 were removed: the last of them was recorded more than 1 day ago.")
        #expect(entry.details["first"] == "0")
        #expect(entry.details["last"] == "20")
        #expect(entry.details["archive"] == nil)
        let result = try self.verify()
        #expect(result.problems == [])
        #expect(result.removed == 21)
        #expect(result.entries == 43)
    }

    @Test func theLiveFileIsNeverRemoved() throws {
        let writer = try TrailWriter(self.folder)
        try self.fill(0..<2, writer)
        _ = try writer.append([.sample(100)])
        #expect(try writer.removeSegments(5) == 2)
        #expect(try self.segments() == [])
        #expect(try writer.append([.sample(101)]) == 45..<46)
        #expect(try self.verify().problems == [])
        #expect(try self.verify().removed == 42)
    }

    @Test func aSignedTrailIsRemovedOnlyAsFarAsItIsSigned() throws {
        let writer = try TrailWriter(self.folder)
        try self.fill(0..<2, writer)
        writer.signSegments(by: try .sample())
        #expect(try writer.removeSegments(1) == 0)
        _ = try writer.checkpoint(signedBy: try .sample(), at: Timestamp(0))
        #expect(try writer.removeSegments(1) == 1)
        #expect(try self.verify().problems == [])
    }

    /// The process dies after each of the steps; the next one finishes, and doubles nothing.
    @Test(arguments: RemovalStep.allCases, [false, true])
    func aCrashAtAnyStepIsMadeGood(step: RemovalStep, isSecond: Bool) throws {
        let writer = try TrailWriter(self.folder)
        try self.fill(0..<4, writer)
        if isSecond { try writer.removeSegments(1, archive: self.archive.path) }
        let first: Int64 = isSecond ? 21 : 0
        _ = try writer.removeOldestSegment(.sample(archive: self.archive.path), at: .late, through: step)
        writer.close()
        // Whoever looks before the next start sees the trail whole, or the entry removed.
        #expect(try self.verify().problems == [])
        let second = try TrailWriter(self.folder)
        let isKept = step.rawValue >= RemovalStep.appendEntry.rawValue
        #expect(try self.segments().contains(first..<(first + 21)) == !isKept)
        #expect(try self.removalEntries().count == (isSecond ? 1 : 0) + (isKept ? 1 : 0))
        #expect(try self.verify().problems == [])
        #expect(try self.verify().removed == (isKept ? first + 21 : first))
        let found = try second.recorded([.sample(first), .sample(79)])
        #expect(found.removed.contains(.sample(first)) == isKept)
        #expect(found.entries[.sample(79)] != nil)
        try second.removeSegments(1, archive: self.archive.path)
        #expect(try self.verify().problems == [])
        #expect(try self.removalEntries().count == (isSecond ? 1 : 0) + (isKept ? 2 : 1))
    }

    /// The same without a new start: what a failed try has begun, the next finishes.
    @Test(arguments: RemovalStep.allCases)
    func aTryThatWasBrokenOffIsFinishedByTheNext(step: RemovalStep) throws {
        let writer = try TrailWriter(self.folder)
        try self.fill(0..<3, writer)
        _ = try writer.removeOldestSegment(.sample(), at: .late, through: step)
        _ = try writer.append([.sample(500)])
        #expect(try writer.removeSegments(5) >= 2)
        #expect(try self.segments() == [])
        #expect(try self.removalEntries().count == 3)
        #expect(try self.verify().problems == [])
    }

    @Test func aReaderThatOpensTheTrailPutsItOff() throws {
        let writer = try TrailWriter(self.folder)
        try self.fill(0..<2, writer)
        let lock = try FolderLock.shared(besides: self.folder.database)
        #expect(#expect(throws: TrailError.self) { try writer.removeSegments(1) }?.code == .locked)
        #expect(try self.segments().count == 2)
        #expect(try self.verify().problems == [])
        _ = consume lock
        try writer.removeSegments(1)
        #expect(try self.segments() == [])
        #expect(try self.removalEntries().count == 2)
    }

    @Test func aReaderThatHasItOpenReadsOn() throws {
        let writer = try TrailWriter(self.folder)
        try self.fill(0..<3, writer)
        let reader = try TrailReader(path: self.folder.database)
        #expect(try reader.entry(at: 3) != nil)
        try reader.read(at: 3) { _, database in
            try writer.removeSegments(1)
            #expect(try Int64.fetchOne(database, sql: "SELECT count(*) FROM entries") == 21)
        }
        let error = #expect(throws: TrailError.self) { try reader.entry(at: 3) }
        #expect(error?.code == .removed)
        #expect(error?.message.contains("Entry 3 of") == true)
        #expect(error?.message.contains("2027-01-15T08:00:00.000Z by policy, with the entries 0 to 20") == true)
        #expect(try reader.entries(.everything()).entries.map(\.index) == (21..<64).reversed())
        #expect(try reader.removals().map(\.indices) == [0..<21])
    }

    /// A walk that is under way when the segment goes whose turn would be later, or that has none of it yet.
    @Test(arguments: [false, true])
    func aWalkUnderWayEndsWhereTheTrailBegins(ascending: Bool) throws {
        let writer = try TrailWriter(self.folder)
        try self.fill(0..<4, writer)
        let reader = try TrailReader(path: self.folder.database)
        var indices: [Int64] = []
        func walk() throws {
            try reader.forEach(.everything(), ascending: ascending) { entry in
                if indices.isEmpty { try writer.removeSegments(2) }
                indices.append(entry.index)
            }
        }
        if ascending {
            // The first file was read; the second would be missing from what follows.
            let error = #expect(throws: TrailError.self) { try walk() }
            #expect(error?.code == .removed)
            #expect(indices == Array(0..<21))
        } else {
            try walk()
            #expect(indices == (42..<84).reversed())
        }
    }

    @Test func whatIsArchivedCanBePutBack() throws {
        let writer = try TrailWriter(self.folder)
        try self.fill(0..<4, writer)
        let before = try self.folder.contents()
        try writer.removeSegments(2, archive: self.archive.path)
        let names = try self.archive.contents().keys.sorted()
        #expect(names.count == 2)
        for name in names { #expect(try self.archive.contents()[name] == before[name]) }
        #expect(try self.removalEntries().last?.entry.details["archive"] == self.archive.path + "/" + names[1])
        writer.close()

        // The later of the two alone.
        try FileManager.default.copyItem(
            atPath: self.archive.path + "/" + names[1],
            toPath: self.folder.path + "/" + names[1]
        )
        let reader = try TrailReader(path: self.folder.database)
        #expect(try reader.firstIndex() == 21)
        #expect(try reader.entry(at: 25) != nil)
        #expect(#expect(throws: TrailError.self) { try reader.entry(at: 5) }?.code == .removed)
        #expect(try self.verify().problems == [])
        #expect(try self.verify().removed == 21)

        // A running service leaves them where they are, and goes on with the next.
        try FileManager.default.copyItem(
            atPath: self.archive.path + "/" + names[0],
            toPath: self.folder.path + "/" + names[0]
        )
        let second = try TrailWriter(self.folder)
        #expect(try self.verify().problems == [])
        #expect(try self.verify().removed == 0)
        #expect(try second.recorded([.sample(5), .sample(25)]).entries.count == 2)
        try second.removeSegments(1)
        #expect(try self.segments() == [0..<21, 21..<42, 63..<84])
        #expect(try TrailReader(path: self.folder.database).firstIndex() == 63)
        #expect(try self.verify().problems == [])
    }

    /// A crash, or a full disk, before the commit point leaves what was kept before as it was.
    @Test(arguments: ["", "half", "other"])
    func aHalfMadeFileIsThrownAway(content: String) throws {
        let writer = try TrailWriter(self.folder)
        try self.fill(0..<3, writer)
        try writer.removeSegments(1)
        let path = self.folder.database + RemovedStore.suffix
        let before = try Data(contentsOf: URL(fileURLWithPath: path))
        let half =
            content == "other" ? try Data(contentsOf: URL(fileURLWithPath: self.folder.database)) : Data(content.utf8)
        for suffix in [".next", ".next-journal"] { try half.write(to: URL(fileURLWithPath: path + suffix)) }
        let trailID = writer.trailID
        #expect(try RemovedStore.prepared(beside: self.folder.database, trailID: trailID) == nil)
        #expect(throws: TrailError.self) {
            try RemovedStore.prepare(beside: self.folder.database, trailID: trailID) { _ throws(TrailError) in
                throw TrailError(.full, "no space")
            }
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
        #expect(try self.folder.contents().keys.filter { $0.contains("next") } == [])
        for suffix in [".next", ".next-journal"] { try half.write(to: URL(fileURLWithPath: path + suffix)) }
        try writer.removeSegments(1)
        #expect(try self.verify().problems == [])
        #expect(try self.folder.contents().keys.filter { $0.contains("next") } == [])
    }

    /// What is prepared and has no entry yet was a try under a policy that may be another one by now.
    @Test func whatIsOnlyPreparedIsNotRemovedUnderAnotherPolicy() throws {
        let writer = try TrailWriter(self.folder)
        try self.fill(0..<2, writer)
        _ = try writer.removeOldestSegment(.sample(), at: .late, through: .prepare)
        writer.close()
        let second = try TrailWriter(self.folder)
        let longer = RetentionPolicy(maximumAge: RetentionPolicy.ages.upperBound)
        #expect(!(try second.removeOldestSegment(longer, at: .late)))
        #expect(try self.segments().count == 2)
        #expect(try self.removalEntries().isEmpty)
        #expect(try self.folder.contents().keys.filter { $0.contains(RemovedStore.suffix) } == [])
    }

    /// The second name of a file that has not gone, and of one that has and was put back.
    @Test func onlyTheFileOfTheSecondNameGoes() throws {
        let writer = try TrailWriter(self.folder)
        try self.fill(0..<3, writer)
        _ = try writer.removeOldestSegment(.sample(archive: self.archive.path), at: .late, through: .unlink)
        let name = try #require(try self.archive.contents().keys.first)
        try FileManager.default.copyItem(
            atPath: self.archive.path + "/" + name,
            toPath: self.folder.path + "/" + name
        )
        let second = SegmentFile(of: self.folder.database, indices: 21..<42).path
        try FileManager.default.linkItem(atPath: second, toPath: second + LeavingSegment.suffix)
        writer.close()
        let next = try TrailWriter(self.folder)
        #expect(try self.segments() == [0..<21, 21..<42, 42..<63])
        #expect(try self.folder.contents().keys.filter { $0.hasSuffix(LeavingSegment.suffix) } == [])
        #expect(try self.verify().problems == [])
        try next.removeSegments(2)
        #expect(try self.segments() == [0..<21])
        #expect(try self.verify().problems == [])
    }

    /// Questions, proofs and whole verifications, by readers that were open before and by new ones, while segments come and
    /// go.
    @Test func readersSeeATrailWhileItIsRemoved() throws {
        let writer = try TrailWriter(self.folder)
        writer.signSegments(by: try .sample())
        try self.fill(0..<3, writer)
        let old = try TrailReader(path: self.folder.database)
        let isOver = Mutex(false)
        let failure = Mutex<String?>(nil)
        let group = DispatchGroup()
        let kept = try #require(try old.newestCheckpoint())
        for isNew in [false, true] {
            DispatchQueue.global().async(group: group) {
                do {
                    while !isOver.withLock({ $0 }) {
                        let reader = isNew ? try TrailReader(path: self.folder.database) : old
                        var indices: [Int64] = []
                        try reader.forEach(.everything()) { indices.append($0.index) }
                        let expected = indices.last.map { Array($0..<($0 + Int64(indices.count))).reversed() } ?? []
                        if indices != Array(expected) { failure.withLock { $0 = "a walk with a hole" } }
                        let newest = try #require(try reader.newestCheckpoint()).checkpoint
                        let proof = try reader.consistencyProof(from: kept.checkpoint.size, to: newest.size)
                        if !MerkleProof.verifies(
                            consistencyFrom: (kept.checkpoint.size, kept.checkpoint.root),
                            to: (newest.size, newest.root),
                            proof: proof ?? []
                        ) {
                            failure.withLock { $0 = "a proof that does not hold" }
                        }
                    }
                } catch {
                    failure.withLock { $0 = "\(error)" }
                }
            }
        }
        for segment in Int64(3)..<30 {
            let range = try writer.append(ValidationEntry.samples((segment * 20)..<(segment * 20 + 20)))
            _ = try writer.append([], deliveries: [.committed(ClosedRange(range))])
            try self.patiently { try writer.seal(at: Timestamp(0)) }
            try self.patiently { try writer.removeSegments(1) }
        }
        isOver.withLock { $0 = true }
        group.wait()
        #expect(failure.withLock { $0 } == nil)
        #expect(try self.verify().problems == [])
    }

    /// A read that is under way puts seals and removals off.
    private func patiently(_ body: () throws -> Void) throws {
        for _ in 0..<5000 {
            do {
                return try body()
            } catch let error as TrailError where error.code == .locked {
                sched_yield()
            }
        }
        try body()
    }

    @Test func anArchiveThatFailsKeepsTheSegment() throws {
        let writer = try TrailWriter(self.folder)
        try self.fill(0..<2, writer)
        #expect(throws: TrailError.self) { try writer.removeSegments(1, archive: self.archive.path + "/none") }
        let name = (try SegmentFile.all(beside: self.folder.database)[0].path as NSString).lastPathComponent
        try Data("other".utf8).write(to: URL(fileURLWithPath: self.archive.path + "/" + name))
        let error = #expect(throws: TrailError.self) { try writer.removeSegments(1, archive: self.archive.path) }
        #expect(error?.code == .refused)
        #expect(try self.segments().count == 2)
        #expect(try self.removalEntries().isEmpty)
        try FileManager.default.removeItem(atPath: self.archive.path + "/" + name)
        try writer.removeSegments(1, archive: self.archive.path)
        #expect(try self.segments().count == 1)
    }

    /// Under its own name or another: a segment is no copy of itself.
    @Test(arguments: [false, true])
    func theTrailsOwnFolderIsNoArchive(isLink: Bool) throws {
        let writer = try TrailWriter(self.folder)
        try self.fill(0..<2, writer)
        var archive = self.folder.path
        if isLink {
            archive = self.archive.path + "/link"
            try FileManager.default.createSymbolicLink(atPath: archive, withDestinationPath: self.folder.path)
        }
        let error = #expect(throws: TrailError.self) { try writer.removeSegments(1, archive: archive) }
        #expect(error?.code == .refused)
        #expect(try self.segments().count == 2)
        #expect(try self.verify().removed == 0)
    }

    @Test func nothingIsRemovedBehindAGap() throws {
        let writer = try TrailWriter(self.folder)
        try self.fill(0..<3, writer)
        writer.close()
        let oldest = try SegmentFile.all(beside: self.folder.database)[0].path
        try FileManager.default.moveItem(atPath: oldest, toPath: self.folder.path + "/moved")
        let second = try TrailWriter(self.folder)
        #expect(#expect(throws: TrailError.self) { try second.removeSegments(1) }?.code == .missing)
        #expect(try self.segments().count == 2)
    }

    @Test func aSegmentThatDoesNotFitIsNotRemoved() throws {
        let writer = try TrailWriter(self.folder)
        try self.fill(0..<2, writer)
        writer.close()
        let oldest = try SegmentFile.all(beside: self.folder.database)[0].path
        let connection = try PlainConnection(oldest)
        #expect(
            connection.execute(
                "DROP TRIGGER entries_are_never_changed; UPDATE entries SET leaf_hash = zeroblob(32) WHERE \"index\" = 20"
            ) == 0
        )
        #expect(connection.execute("PRAGMA wal_checkpoint(TRUNCATE)") == 0)
        let second = try TrailWriter(self.folder)
        #expect(#expect(throws: TrailError.self) { try second.removeSegments(1) }?.code == .corrupt)
        #expect(try self.segments().count == 2)
    }

    /// Without the file that says what was removed, entries are missing as they were before there was a policy.
    @Test func removedEntriesWithoutTheirFileAreMissing() throws {
        let writer = try TrailWriter(self.folder)
        try self.fill(0..<3, writer)
        try writer.removeSegments(2)
        writer.close()
        try FileManager.default.removeItem(atPath: self.folder.database + RemovedStore.suffix)
        let problems = try self.verify().problems
        #expect(problems.first?.index == 0)
        #expect(problems.first?.message.contains("no segment") == true)
        let second = try TrailWriter(self.folder)
        #expect(#expect(throws: TrailError.self) { try second.recorded([.sample(5)]) }?.code == .missing)
        #expect(#expect(throws: TrailError.self) { try second.removeSegments(1) }?.code == .missing)
    }

    @Test func aLostLiveFileIsNotBegunAnewBesideRemovedEntries() throws {
        let writer = try TrailWriter(self.folder)
        try self.fill(0..<1, writer)
        try writer.removeSegments(1)
        writer.close()
        for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: self.folder.database + suffix)
        }
        #expect(#expect(throws: TrailError.self) { _ = try TrailWriter(self.folder) }?.code == .missing)
    }

    @Test func anotherTrailsFileIsRefused() throws {
        let other = try TemporaryFolder()
        for folder in [self.folder, other] {
            let writer = try TrailWriter(folder)
            try self.fill(0..<1, writer)
            if folder === self.folder { try self.fill(1..<2, writer) } else { try self.fill(1..<3, writer) }
            try writer.removeSegments(1)
            writer.close()
        }
        let path = self.folder.database + RemovedStore.suffix
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.copyItem(atPath: other.database + RemovedStore.suffix, toPath: path)
        let error = #expect(throws: TrailError.self) { _ = try TrailReader(path: self.folder.database) }
        #expect(error?.code == .notATrail)
        #expect(#expect(throws: TrailError.self) { _ = try TrailWriter(self.folder) }?.code == .notATrail)
    }
}
