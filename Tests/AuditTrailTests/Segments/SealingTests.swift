import Foundation
import LoginContracts
import Synchronization
import Testing

@testable import AuditTrail

/// When and how the live file is sealed, and what a crash in between leaves.
struct SealingTests {
    let folder: TemporaryFolder

    init() throws {
        self.folder = try TemporaryFolder()
    }

    private func segments() throws -> [Range<Int64>] {
        try SegmentFile.all(beside: TrailFile(path: self.folder.database).path).map(\.indices)
    }

    private func verify() throws -> TrailVerification {
        try TrailVerifier(try TrailReader(path: self.folder.database)).verify()
    }

    /// Cycles as the engine makes them: each append brings the deliveries of the one before.
    private func run(_ writer: TrailWriter, _ cycles: Range<Int64>, of count: Int64 = 50) throws {
        var last: Range<Int64>?
        for cycle in cycles {
            last = try writer.append(
                ValidationEntry.samples((cycle * count)..<((cycle + 1) * count)),
                deliveries: last.map { [.committed(ClosedRange($0))] } ?? []
            )
        }
        if let last { _ = try writer.append([], deliveries: [.committed(ClosedRange(last))]) }
    }

    @Test func aFullFileIsSealedBetweenTwoAppendsUnderLoad() throws {
        let writer = try TrailWriter(
            path: self.folder.database,
            segments: SegmentPolicy(maximumSize: 100_000),
            logger: .silent
        )
        writer.signSegments(by: try .sample())
        try self.run(writer, 0..<60)
        let segments = try self.segments()
        #expect(segments.count > 5)
        #expect(segments.first?.lowerBound == 0)
        for (one, next) in zip(segments, segments.dropFirst()) { #expect(one.upperBound == next.lowerBound) }
        #expect(writer.nextIndex == 60 * 51)
        let result = try self.verify()
        #expect(result.problems == [])
        #expect(result.checkpoints == segments.count)
        #expect(result.covered == segments.last?.upperBound)
        #expect(try writer.undelivered(clusterID: "cluster", partition: .first, limit: 10).isEmpty)
    }

    @Test func anOldFileIsSealed() throws {
        let writer = try TrailWriter(
            path: self.folder.database,
            segments: SegmentPolicy(maximumAge: .seconds(3600)),
            logger: .silent
        )
        // The samples are of 2023.
        _ = try writer.append([.sample(0)])
        #expect(try self.segments() == [])
        _ = try writer.append([.sample(1)], deliveries: [.committed(0...0)])
        #expect(try self.segments() == [0..<2])
    }

    @Test func aFileWithADecisionInDoubtIsNotSealed() throws {
        let policy = SegmentPolicy(maximumAge: .seconds(1))
        let writer = try TrailWriter(path: self.folder.database, segments: policy, logger: .silent)
        _ = try writer.append(ValidationEntry.samples(0..<3))
        _ = try writer.append([.sample(3)], deliveries: [.committed(0...1)])
        #expect(try self.segments() == [])
        let error = #expect(throws: TrailError.self) { try writer.seal() }
        #expect(error?.code == .refused)
        writer.close()
        let second = try TrailWriter(path: self.folder.database, segments: policy, logger: .silent)
        #expect(try second.undelivered(clusterID: "cluster", partition: .first, limit: 10).map(\.index) == [2, 3])
        _ = try second.append([], deliveries: [.committed(2...2), .superseded(3...3)])
        #expect(try self.segments() == [0..<7])
        #expect(second.nextIndex == 7)
    }

    @Test func aReaderOfAnOldSnapshotPutsItOff() throws {
        let writer = try TrailWriter(self.folder)
        try self.run(writer, 0..<3)
        let reader = try TrailReader(path: self.folder.database)
        try reader.read { database in
            _ = try TrailReader.count(database)
            _ = try writer.append(ServiceEntry.sample())
            let error = #expect(throws: TrailError.self) { try writer.seal() }
            #expect(error?.code == .locked)
        }
        #expect(try self.segments() == [])
        try writer.seal()
        #expect(try self.segments().count == 1)
        #expect(try writer.append(ServiceEntry.sample()) == writer.nextIndex - 1)
    }

    @Test func anEmptyFileIsNotSealed() throws {
        let writer = try TrailWriter(self.folder)
        try writer.seal()
        try self.run(writer, 0..<1)
        try writer.seal()
        try writer.seal()
        #expect(try self.segments() == [0..<51])
        #expect(try self.verify().problems == [])
    }

    @Test func theNextStartGoesOn() throws {
        let first = try TrailWriter(self.folder)
        try self.run(first, 0..<3)
        try first.seal()
        let id = first.trailID
        first.close()
        let second = try TrailWriter(self.folder)
        #expect(second.trailID == id)
        #expect(second.nextIndex == 153)
        #expect(try second.append([.sample(1000)]) == 153..<154)
        #expect(try second.undelivered(clusterID: "cluster", partition: .first, limit: 10).map(\.index) == [153])
        #expect(try self.verify().problems == [])
    }

    /// The process dies after each of the steps; the next one finds everything and goes on.
    @Test(arguments: 0...SegmentSwap.Step.allCases.count, [false, true])
    func aCrashAtAnyStepLosesNothing(steps: Int, isSecond: Bool) throws {
        let writer = try TrailWriter(self.folder)
        if isSecond {
            try self.run(writer, 0..<2)
            try writer.seal()
        }
        try self.run(writer, 2..<5)
        let (count, first) = (writer.nextIndex, isSecond ? Int64(102) : 0)
        let signed = try #require(try writer.checkpoint(signedBy: .sample(), at: Timestamp(0)))
        writer.close()
        let file = try TrailFile(path: self.folder.database)
        var connection: WritingConnection? = try WritingConnection(path: file.path, options: .init())
        try #require(connection).settle()
        try NextSegment(
            after: try #require(connection),
            end: try TrailEnd(#require(connection)).tree,
            checkpoint: signed
        )
        .make(beside: file)
        connection?.close()
        connection = nil
        let swap = SegmentSwap(live: file, sealed: SegmentFile(of: file.path, indices: first..<count))
        for step in SegmentSwap.Step.allCases.prefix(steps) { try swap.perform(step) }

        let second = try TrailWriter(self.folder)
        #expect(second.nextIndex == count)
        let isSealed = steps >= 3
        #expect(try self.segments() == (isSecond ? [0..<102] : []) + (isSealed ? [first..<count] : []))
        #expect(try second.append([.sample(1000)]) == count..<(count + 1))
        #expect(try second.recorded([.sample(120), .sample(1000)]).entries.count == 2)
        let result = try self.verify()
        #expect(result.problems == [])
        #expect(result.entries == count + 1)
        #expect(!FileManager.default.fileExists(atPath: NextSegment.path(of: file)))
        _ = try second.append([], deliveries: [.committed(count...count)])
        try second.seal()
        #expect(try self.verify().problems == [])
    }

    @Test func aHalfMadeNextFileIsThrownAway() throws {
        try TrailWriter(self.folder).close()
        let next = self.folder.database + ".next"
        for suffix in ["", "-wal", "-shm", "-journal"] {
            try Data("half".utf8).write(to: URL(fileURLWithPath: next + suffix))
        }
        try self.run(try TrailWriter(self.folder), 0..<1)
        #expect(try self.folder.contents().keys.filter { $0.contains("next") } == [])
    }

    @Test func aLostLiveFileIsNotBegunAnew() throws {
        let first = try TrailWriter(self.folder)
        try self.run(first, 0..<2)
        try first.seal()
        first.close()
        for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: self.folder.database + suffix)
        }
        let before = try self.folder.contents()
        let error = #expect(throws: TrailError.self) { _ = try TrailWriter(self.folder) }
        #expect(error?.code == .missing)
        #expect(error?.message.contains("sealed segments") == true)
        #expect(try self.folder.contents().keys.sorted() == before.keys.sorted())
    }

    /// The file is exchanged for a copy from before the seal while the writer has it open.
    @Test func anOlderLiveFileIsNotTaken() throws {
        let writer = try TrailWriter(self.folder)
        try self.run(writer, 0..<2)
        writer.close()
        let old = try #require(try self.folder.contents()["audit.db"])
        let second = try TrailWriter(self.folder)
        let kept = try #require(try second.checkpoint(signedBy: .sample(), at: Timestamp(0)))
        _ = try second.append(ServiceEntry.sample())
        try second.seal()
        let newer = try #require(try second.checkpoint(signedBy: .sample(), at: Timestamp(0)))
        for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: self.folder.database + suffix)
        }
        try old.write(to: URL(fileURLWithPath: self.folder.database))
        #expect(#expect(throws: TrailError.self) { _ = try second.append([.sample(500)]) }?.code == .corrupt)
        second.close()
        let third = try TrailWriter(self.folder)
        try third.requireContinuation(of: kept.checkpoint)
        #expect(
            #expect(throws: TrailError.self) { try third.requireContinuation(of: newer.checkpoint) }?.code == .corrupt
        )
    }

    @Test func earlierCheckpointsAreHeldAgainstSealedFiles() throws {
        let writer = try TrailWriter(self.folder)
        let signer = try NoteSigner.sample()
        var checkpoints: [SignedCheckpoint] = []
        for cycle in Int64(0)..<6 {
            try self.run(writer, cycle..<(cycle + 1))
            checkpoints.append(try #require(try writer.checkpoint(signedBy: signer, at: Timestamp(0))))
            _ = try writer.append(ServiceEntry.sample())
            if cycle.isMultiple(of: 2) { try writer.seal() }
        }
        for signed in checkpoints { try writer.requireContinuation(of: signed.checkpoint) }
        var wrong = checkpoints[1].checkpoint
        wrong.root = .ofEmptyTree
        #expect(#expect(throws: TrailError.self) { try writer.requireContinuation(of: wrong) }?.code == .corrupt)
    }

    /// Pages and walks of a reader that was opened before, and of new ones, while the trail grows and is sealed.
    @Test func readersSeeNoGapWhileTheTrailIsSealed() throws {
        let writer = try TrailWriter(
            path: self.folder.database,
            segments: SegmentPolicy(maximumSize: 90_000),
            logger: .silent
        )
        let old = try TrailReader(path: self.folder.database)
        let isOver = Mutex(false)
        let failure = Mutex<String?>(nil)
        let group = DispatchGroup()
        for isNew in [false, true] {
            DispatchQueue.global().async(group: group) {
                do {
                    while !isOver.withLock({ $0 }) {
                        let reader = isNew ? try TrailReader(path: self.folder.database) : old
                        var indices: [Int64] = []
                        var query = TrailQuery.everything(limit: 200)
                        repeat {
                            let page = try reader.entries(query)
                            indices += page.entries.map(\.index)
                            query.after = page.nextAfter
                        } while query.after != nil
                        let expected = Array((0..<Int64(indices.count)).reversed())
                        if indices != expected { failure.withLock { $0 = "\(indices.prefix(5)) of \(indices.count)" } }
                        var walked: Int64 = 0
                        try reader.forEach(.everything(), ascending: true) { entry in
                            if entry.index != walked { failure.withLock { $0 = "walk \(entry.index) for \(walked)" } }
                            walked += 1
                        }
                    }
                } catch {
                    failure.withLock { $0 = "\(error)" }
                }
            }
        }
        // A read that is under way puts the seal off, so there is no telling how many appends it takes.
        var cycle: Int64 = 0
        while try cycle < 50 || (cycle < 1000 && self.segments().count < 3) {
            try self.run(writer, cycle..<(cycle + 10), of: 20)
            cycle += 10
        }
        isOver.withLock { $0 = true }
        group.wait()
        #expect(failure.withLock { $0 } == nil)
        #expect(try self.segments().count > 1)
        #expect(try old.count() == writer.nextIndex)
        #expect(try self.verify().problems == [])
    }
}
