import Foundation
import LoginContracts
import Testing

@testable import AuditTrail

/// Somebody moves, deletes or replaces files of a trail that is being written.
struct PlaceTests {
    let folder: TemporaryFolder
    let writer: TrailWriter

    init() throws {
        self.folder = try TemporaryFolder()
        self.writer = try TrailWriter(self.folder)
        _ = try self.writer.append(ValidationEntry.samples(0..<3))
    }

    private func remove(_ suffixes: String...) throws {
        for suffix in suffixes { try FileManager.default.removeItem(atPath: self.folder.database + suffix) }
    }

    private func refused(_ offset: Int64 = 3) -> TrailError? {
        #expect(throws: TrailError.self) { _ = try self.writer.append([.sample(offset)]) }
    }

    private func expectNumbered(_ count: Int64) throws {
        var indices: [Int64] = []
        try TrailReader(path: self.folder.database).forEach(TrailQuery(), ascending: true) { indices.append($0.index) }
        #expect(indices == Array(0..<count))
    }

    /// The newest entries are only in the WAL, and the writer has the last handle of it.
    @Test(arguments: [["-wal"], ["-shm"], ["-wal", "-shm"]])
    func aDeletedWALIsSavedFromTheOpenFile(suffixes: [String]) throws {
        for suffix in suffixes { try self.remove(suffix) }
        #expect(try self.writer.append([.sample(3)]) == 3..<4)
        self.writer.close()
        try self.expectNumbered(4)
    }

    @Test func aDeletedTrailCanBeCopiedFromTheOpenFile() throws {
        try self.remove("", "-wal", "-shm")
        let error = try #require(self.refused())
        #expect(error.code == .missing)
        #expect(!FileManager.default.fileExists(atPath: self.folder.database))
        // The message says how, word for word.
        let command = try #require(error.message.split(separator: "lost: cp ").last).split(separator: " ")
        try #require(command.count == 2)
        #expect(command[1] == self.folder.database)
        // Not copyItem: that would copy the link.
        let content = try #require(FileManager.default.contents(atPath: String(command[0])))
        try content.write(to: URL(fileURLWithPath: String(command[1])))
        #expect(try self.writer.append([.sample(3)]) == 3..<4)
        self.writer.close()
        try self.expectNumbered(4)
    }

    @Test func aHalfCopiedTrailIsNotTakenAndNotTouched() throws {
        let whole = try #require(try self.folder.contents()["audit.db"])
        try self.remove("", "-wal", "-shm")
        #expect(self.refused()?.code == .missing)
        let half = whole.prefix(whole.count / 2)
        try half.write(to: URL(fileURLWithPath: self.folder.database))
        #expect(self.refused()?.code == .corrupt)
        #expect(try self.folder.contents()["audit.db"] == half)
    }

    @Test func anOlderCopyIsNotTakenAndNotTouched() throws {
        self.writer.close()
        let copy = try #require(try self.folder.contents()["audit.db"])
        let second = try TrailWriter(self.folder)
        _ = try second.append(ValidationEntry.samples(3..<6))
        try self.remove("", "-wal", "-shm")
        try copy.write(to: URL(fileURLWithPath: self.folder.database))
        let error = #expect(throws: TrailError.self) { _ = try second.append([.sample(6)]) }
        #expect(error?.code == .corrupt)
        #expect(error?.message.contains("lacks entries up to 5") == true)
        #expect(try self.folder.contents()["audit.db"] == copy)
        #expect(second.nextIndex == 6)
    }

    @Test func anotherHistoryOfTheSameTrailIsNotTaken() throws {
        self.writer.close()
        let other = try TemporaryFolder()
        try FileManager.default.copyItem(atPath: self.folder.database, toPath: other.database)
        let stranger = try TrailWriter(other)
        _ = try stranger.append(ValidationEntry.samples(100..<110))
        stranger.close()
        let second = try TrailWriter(self.folder)
        _ = try second.append([.sample(3)])
        try self.remove("", "-wal", "-shm")
        try FileManager.default.copyItem(atPath: other.database, toPath: self.folder.database)
        let error = #expect(throws: TrailError.self) { _ = try second.append([.sample(4)]) }
        #expect(error?.code == .corrupt)
    }

    @Test func aFolderThatWasMovedIsMissedAndFoundAgain() throws {
        let moved = self.folder.path + "-moved"
        try FileManager.default.moveItem(atPath: self.folder.path, toPath: moved)
        #expect(self.refused()?.code == .missing)
        #expect(throws: TrailError.self) { try self.writer.recorded([.sample(0)]) }
        try FileManager.default.moveItem(atPath: moved, toPath: self.folder.path)
        #expect(try self.writer.append([.sample(3)]) == 3..<4)
        try self.expectNumbered(4)
    }

    @Test func aDeletedLockFileIsMadeAgain() throws {
        try self.remove(".lock")
        #expect(try self.writer.append([.sample(3)]) == 3..<4)
        let error = #expect(throws: TrailError.self) { _ = try TrailWriter(self.folder) }
        #expect(error?.code == .locked)
    }

    /// With the lock file gone a second instance gets in; then the first must stop.
    @Test func whoHasLostTheLockWritesNoMore() throws {
        try self.remove(".lock")
        let second = try TrailWriter(self.folder)
        #expect(try second.append([.sample(3)]) == 3..<4)
        #expect(self.refused(4)?.code == .locked)
        second.close()
        #expect(try self.writer.append([.sample(4)]) == 4..<5)
        try self.expectNumbered(5)
    }

    @Test(arguments: ["", "x", "-1 \u{1B}[31mhost", String(repeating: "9", count: 200), "4711"])
    func theOtherInstanceIsNamedOnlyIfTheLockFileTells(text: String) throws {
        // Same file, other text.
        let handle = try #require(FileHandle(forWritingAtPath: self.folder.database + ".lock"))
        try handle.truncate(atOffset: 0)
        try handle.write(contentsOf: Data(text.utf8))
        let error = #expect(throws: TrailError.self) { _ = try TrailWriter(self.folder) }
        #expect(error?.code == .locked)
        #expect(error?.message.contains("(process 4711)") == (text == "4711"))
        #expect(error?.message.contains("\u{1B}") == false)
    }
}
