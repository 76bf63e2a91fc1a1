import Foundation
import LoginContracts
import Testing

@testable import AuditTrail

/// A record that was decided is never decided again, in whatever file its entry is.
struct SealedLookUpTests {
    let folder: TemporaryFolder
    let writer: TrailWriter

    init() throws {
        self.folder = try TemporaryFolder()
        self.writer = try TrailWriter(self.folder)
    }

    private func fill(_ segments: Range<Int64>, _ writer: TrailWriter? = nil) throws {
        let writer = writer ?? self.writer
        for segment in segments {
            let range = try writer.append(ValidationEntry.samples((segment * 20)..<(segment * 20 + 20)))
            _ = try writer.append([], deliveries: [.committed(ClosedRange(range))])
            try writer.seal()
        }
    }

    @Test func recordsOfEverySegmentAreFound() throws {
        try self.fill(0..<10)
        _ = try self.writer.append([.sample(200)])
        let identities = (Int64(0)..<201).map { RecordIdentity.sample($0) }
        let found = try self.writer.recorded(identities + [.sample(5, content: "another"), .sample(300)]).entries
        #expect(found.count == 201)
        for identity in identities {
            let recorded = try #require(found[identity])
            #expect(recorded.entry == .sample(identity.offset))
            #expect(recorded.index == identity.offset + identity.offset / 20)
            #expect((recorded.delivery?.state == .committed) == (identity.offset < 200))
        }
        #expect(try self.writer.recordedThrough(clusterID: "cluster", partition: .first) == 200)
        let other = SourcePartition(topic: "login.events", partition: 1)
        #expect(try self.writer.recordedThrough(clusterID: "cluster", partition: other) == nil)
    }

    @Test func theHighestOffsetSurvivesTheSealAndARestart() throws {
        try self.fill(0..<3)
        #expect(try self.writer.recordedThrough(clusterID: "cluster", partition: .first) == 59)
        self.writer.close()
        let second = try TrailWriter(self.folder)
        #expect(try second.recordedThrough(clusterID: "cluster", partition: .first) == 59)
        #expect(try second.recorded([.sample(0), .sample(59)]).entries.count == 2)
    }

    /// Kafka delivers a batch once more, after its transaction was committed, its delivery noted and its file sealed.
    @Test func anAppendThatIsRepeatedAfterTheSealDoublesNothing() throws {
        let entries = ValidationEntry.samples(0..<5)
        let range = try self.writer.append(entries)
        let delivery = EntryDelivery.committed(ClosedRange(range))
        _ = try self.writer.append([], deliveries: [delivery])
        try self.writer.seal()
        let count = self.writer.nextIndex
        _ = try self.writer.append([], deliveries: [delivery])
        #expect(self.writer.nextIndex == count)
        let found = try self.writer.recorded(entries.map(\.identity)).entries
        #expect(entries.map { found[$0.identity]?.index } == Array(range))
        #expect(found.values.allSatisfy { $0.delivery == delivery })
    }

    @Test func anotherDeliveryOfASealedEntryIsRefused() throws {
        try self.fill(0..<2)
        let before = self.writer.nextIndex
        for delivery in [EntryDelivery.superseded(0...19), .committed(0...5), .committed(30...45)] {
            #expect(throws: TrailError.self) { try self.writer.append([], deliveries: [delivery]) }
        }
        #expect(self.writer.nextIndex == before)
    }

    /// The append is split in two by the seal, and the second half fails: repeating it finds the first half in the file
    /// that is sealed by then.
    @Test func aSealThatSplitsAnAppendMayBeFollowedByAFailure() throws {
        self.writer.close()
        let writer = try TrailWriter(
            path: self.folder.database,
            segments: SegmentPolicy(maximumAge: .seconds(1)),
            logger: .silent
        )
        let first = try writer.append(ValidationEntry.samples(0..<3))
        let delivery = EntryDelivery.committed(ClosedRange(first))
        // No entry can be written twice, so this one fails after the seal.
        #expect(throws: TrailError.self) {
            try writer.append([.sample(10), .sample(10)], deliveries: [delivery], services: [.sample(.guardTripped)])
        }
        #expect(writer.nextIndex == 4)
        let range = try writer.append([.sample(10)], deliveries: [delivery], services: [.sample(.guardTripped)])
        #expect(range == 4..<5)
        #expect(writer.nextIndex == 6)
        let reader = try TrailReader(path: self.folder.database)
        #expect(try reader.entry(at: 5) == .service(index: 5, .sample(.guardTripped)))
        #expect(try TrailVerifier(reader).verify().problems == [])
    }

    /// To decide a record again because its file was moved away would be wrong; a new record needs no look.
    @Test func aMissingSegmentIsSaidOnlyWhereItMatters() throws {
        try self.fill(0..<4)
        let files = try SegmentFile.all(beside: TrailFile(path: self.folder.database).path)
        let moved = self.folder.path + "/moved"
        try FileManager.default.moveItem(atPath: files[1].path, toPath: moved)
        self.writer.close()
        let writer = try TrailWriter(self.folder)
        #expect(try writer.recorded([.sample(79), .sample(45), .sample(80)]).entries.count == 2)
        for offset in [Int64(25), 5] {
            let error = #expect(throws: TrailError.self) { try writer.recorded([.sample(offset)]) }
            #expect(error?.code == .missing)
            #expect(error?.message.contains("entries 21 to 41") == true)
        }
        #expect(try writer.append([.sample(80)]) == 84..<85)
        writer.close()
        try FileManager.default.moveItem(atPath: moved, toPath: files[1].path)
        #expect(try TrailWriter(self.folder).recorded([.sample(25), .sample(5)]).entries.count == 2)
    }

    @Test func onlyAFewFilesStayOpen() throws {
        try self.fill(0..<12)
        for offset in Int64(0)..<240 { #expect(try self.writer.recorded([.sample(offset)]).entries.count == 1) }
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") else { return }
        let open = names.compactMap {
            try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/" + $0)
        }
        let own = open.filter { $0.contains(self.folder.name) && $0.hasSuffix(".segment") }
        #expect(own.count <= SealedSegments.maximumOpen)
    }
}
