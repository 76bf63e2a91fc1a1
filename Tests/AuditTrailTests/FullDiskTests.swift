import Foundation
import LoginContracts
import Testing

@testable import AuditTrail

/// Real file systems without space, and ones that can only be read.
@Suite(.enabled(if: SmallFileSystem.isPossible, "Only root can mount a small file system."))
struct FullDiskTests {
    private func append(_ range: Range<Int64>, _ writer: TrailWriter) throws(TrailError) {
        let appended = try writer.append(ValidationEntry.samples(range))
        #expect(appended == range)
    }

    /// Appends one by one until there is no more space.
    private func fill(_ writer: TrailWriter) throws -> (next: Int64, error: TrailError) {
        var next = writer.nextIndex
        while next < 20_000 {
            do throws(TrailError) {
                try self.append(next..<(next + 1), writer)
                next += 1
            } catch {
                return (next, error)
            }
        }
        throw SmallFileSystem.CannotMount(reason: "The disk was never full.")
    }

    @Test func aFullDiskHoldsAndGoesOnWhenThereIsSpace() throws {
        let disk = try SmallFileSystem(kibibytes: 600)
        let writer = try TrailWriter(path: disk.database, logger: .silent)
        let ballast = disk.path + "/ballast"
        try Data(count: 100_000).write(to: URL(fileURLWithPath: ballast))
        let (next, error) = try self.fill(writer)
        #expect(error.code == .full)
        #expect(error.message.contains("Free space"))
        #expect(next > 10)
        for _ in 0..<20 {
            #expect(throws: TrailError.self) { try self.append(next..<(next + 1), writer) }
            // What is recorded can be looked up meanwhile.
            #expect(try writer.recorded([.sample(next - 1)]).entries[.sample(next - 1)]?.index == next - 1)
        }
        try FileManager.default.removeItem(atPath: ballast)
        try self.append(next..<(next + 20), writer)
        writer.close()
        try self.expectNumbered(disk.database, next + 20)
    }

    /// The WAL has room, the database file has none: nobody must learn that only when the WAL fills the disk.
    @Test func aWALThatCannotBeCopiedHoldsUntilItCan() throws {
        let disk = try SmallFileSystem(kibibytes: 700)
        var options = WritingConnection.Options()
        options.pagesPerCheckpoint = 40
        let writer = try TrailWriter(path: disk.database, logger: .silent, options: options)
        // The WAL gets its length here, and keeps it.
        try self.append(0..<60, writer)
        let ballast = try disk.fill()
        let (next, error) = try self.fill(writer)
        #expect(error.code == .full)
        #expect(next >= 60)
        try FileManager.default.removeItem(atPath: ballast)
        try self.append(next..<(next + 100), writer)
        writer.close()
        try self.expectNumbered(disk.database, next + 100)
    }

    @Test func aFullDiskAtTheStartIsRefusedAndNothingIsHarmed() throws {
        let disk = try SmallFileSystem(kibibytes: 600)
        let first = try TrailWriter(path: disk.database, logger: .silent)
        try self.append(0..<30, first)
        first.close()
        for suffix in ["-wal", "-shm"] { try FileManager.default.removeItem(atPath: disk.database + suffix) }
        let ballast = try disk.fill()
        let error = #expect(throws: TrailError.self) {
            let writer = try TrailWriter(path: disk.database, logger: .silent)
            try self.append(30..<60, writer)
        }
        #expect(error?.code == .full, "\(String(describing: error))")
        try FileManager.default.removeItem(atPath: ballast)
        let second = try TrailWriter(path: disk.database, logger: .silent)
        try self.append(30..<31, second)
        second.close()
        try self.expectNumbered(disk.database, 31)
    }

    @Test func aReadOnlyFileSystemIsUnwritableAndCanBeRead() throws {
        let disk = try SmallFileSystem(kibibytes: 600)
        let first = try TrailWriter(path: disk.database, logger: .silent)
        try self.append(0..<30, first)
        first.close()
        try disk.remount(readOnly: true)
        let error = #expect(throws: TrailError.self) { _ = try TrailWriter(path: disk.database, logger: .silent) }
        #expect(error?.code == .unwritable, "\(String(describing: error))")
        try self.expectNumbered(disk.database, 30)
        try disk.remount(readOnly: false)
        let second = try TrailWriter(path: disk.database, logger: .silent)
        try self.append(30..<31, second)
    }

    /// Two segments of ten entries and one of the live file.
    private func makeSegments(_ writer: TrailWriter) throws {
        for first in [Int64(0), 9] { try writer.appendSegment(first..<(first + 9)) }
        _ = try writer.append([.sample(18)])
    }

    @Test func aFullDiskPutsRemovalsOff() throws {
        let disk = try SmallFileSystem(kibibytes: 1400)
        let writer = try TrailWriter(path: disk.database, logger: .silent)
        try self.makeSegments(writer)
        try writer.removeSegments(1)
        let ballast = try disk.fill()
        for _ in 0..<3 { #expect(#expect(throws: TrailError.self) { try writer.removeSegments(1) }?.code == .full) }
        let names = try FileManager.default.contentsOfDirectory(atPath: disk.path)
        #expect(names.filter { $0.contains(".next") } == [])
        #expect(names.filter { $0.contains(".segment") }.count == 1)
        #expect(try writer.recorded([.sample(0), .sample(9)]).removed == [.sample(0)])
        try FileManager.default.removeItem(atPath: ballast)
        #expect(try writer.removeSegments(5) == 1)
        let reader = try TrailReader(path: disk.database)
        #expect(try TrailVerifier(reader).verify().problems == [])
        #expect(try reader.removals().count == 2)
    }

    @Test func aFullArchiveKeepsTheSegment() throws {
        let disk = try SmallFileSystem(kibibytes: 400)
        let ballast = try disk.fill()
        let folder = try TemporaryFolder()
        let writer = try TrailWriter(folder)
        try self.makeSegments(writer)
        for _ in 0..<3 {
            #expect(throws: TrailError.self) { try writer.removeSegments(1, archive: disk.path) }
            #expect(try SegmentFile.all(beside: TrailFile(path: folder.database).path).count == 2)
        }
        #expect(try TrailReader(path: folder.database).removals().isEmpty)
        try FileManager.default.removeItem(atPath: ballast)
        let segments = try folder.contents().filter { $0.key.hasSuffix(".segment") }
        try writer.removeSegments(1, archive: disk.path)
        let names = try FileManager.default.contentsOfDirectory(atPath: disk.path)
        #expect(names.count == 1)
        for name in names {
            #expect(try Data(contentsOf: URL(fileURLWithPath: disk.path + "/" + name)) == segments[name])
        }
    }

    private func expectNumbered(_ path: String, _ count: Int64) throws {
        var indices: [Int64] = []
        let reader = try TrailReader(path: path)
        try reader.forEach(TrailQuery(), ascending: true) { indices.append($0.index) }
        reader.close()
        #expect(indices == Array(0..<count))
    }
}
