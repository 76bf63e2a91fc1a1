import Foundation
import LoginContracts
import Testing

@testable import AuditTrail

/// What happens at a path that holds no trail, another's, or one that is in use.
struct OpeningTests {
    let folder: TemporaryFolder

    init() throws {
        self.folder = try TemporaryFolder()
    }

    private func writerError(_ path: String? = nil) -> TrailError? {
        #expect(throws: TrailError.self) {
            _ = try TrailWriter(path: path ?? self.folder.database, logger: .silent)
        }
    }

    private func readerError(_ path: String? = nil) -> TrailError? {
        #expect(throws: TrailError.self) { _ = try TrailReader(path: path ?? self.folder.database) }
    }

    @Test func aNewTrailIsEmptyPrivateAndKnowsItself() throws {
        let writer = try TrailWriter(self.folder)
        #expect(writer.nextIndex == 0)
        #expect(writer.trailID.utf8.count == 32)
        #expect(writer.trailID.allSatisfy { $0.isHexDigit })
        let attributes = try FileManager.default.attributesOfItem(atPath: self.folder.database)
        #expect((attributes[.posixPermissions] as? Int).map { $0 & 0o027 } == 0)
        let connection = try PlainConnection(self.folder.database)
        #expect(try connection.rows("PRAGMA application_id") == [["\(TrailSchema.applicationID)"]])
        #expect(try connection.rows("PRAGMA user_version") == [["\(TrailSchema.version)"]])
        #expect(try connection.rows("PRAGMA journal_mode") == [["wal"]])
        let reader = try TrailReader(path: self.folder.database)
        #expect(reader.trailID == writer.trailID)
        #expect(try reader.latestIndex() == nil)
        #expect(try reader.entries(TrailQuery()) == TrailPage(entries: [], nextAfter: nil))
        #expect(try reader.entry(at: 0) == nil)
    }

    @Test func twoTrailsDiffer() throws {
        let other = try TemporaryFolder()
        #expect(try TrailWriter(self.folder).trailID != TrailWriter(other).trailID)
    }

    @Test func aSecondWriterIsRefusedUntilTheFirstCloses() throws {
        let first = try TrailWriter(self.folder)
        let link = self.folder.path + "/link.db"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: self.folder.database)
        for path in [self.folder.database, link, self.folder.path + "/../" + self.folder.name + "/audit.db"] {
            let error = self.writerError(path)
            #expect(error?.code == .locked)
            #expect(error?.isTransient == true)
            #expect(error?.message.contains("process \(getpid())") == true)
        }
        first.close()
        #expect(try TrailWriter(self.folder).nextIndex == 0)
    }

    @Test func aPathWithoutAFolderOrAFileNameIsRefused() throws {
        #expect(self.writerError(self.folder.path + "/missing/audit.db")?.code == .cannotOpen)
        #expect(self.writerError(self.folder.path)?.code == .cannotOpen)
        #expect(self.writerError("")?.code == .cannotOpen)
        #expect(self.writerError("a\u{0}b")?.code == .cannotOpen)
        #expect(self.writerError("/dev/null")?.code == .cannotOpen)
        #expect(try FileManager.default.contentsOfDirectory(atPath: self.folder.path).isEmpty)
    }

    @Test func aFolderThatTakesNoFilesIsReported() throws {
        // /proc refuses new files to root too; where it does not exist there is nothing to try.
        guard FileManager.default.fileExists(atPath: "/proc/self") else { return }
        let error = self.writerError("/proc/self/audit.db")
        #expect(error.map { [.unwritable, .cannotOpen].contains($0.code) } == true)
        #expect(error?.message.contains("/proc/") == true)
    }

    @Test func aReadOnlyFolderIsUnwritable() throws {
        guard geteuid() != 0 else { return }
        chmod(self.folder.path, 0o555)
        defer { chmod(self.folder.path, 0o755) }
        #expect(self.writerError()?.code == .unwritable)
    }

    @Test func aReaderMakesNothing() throws {
        #expect(self.readerError()?.code == .missing)
        #expect(self.readerError(self.folder.path + "/missing/audit.db") != nil)
        #expect(self.readerError(self.folder.path)?.code == .cannotOpen)
        #expect(try FileManager.default.contentsOfDirectory(atPath: self.folder.path).isEmpty)
    }

    @Test func aFileThatIsNoDatabaseIsLeftAlone() throws {
        let content = Data(String(repeating: "This is a letter to a friend. ", count: 500).utf8)
        try content.write(to: URL(fileURLWithPath: self.folder.database))
        #expect(self.writerError()?.code == .notATrail)
        #expect(self.readerError()?.code == .notATrail)
        #expect(try self.folder.contents()["audit.db"] == content)
    }

    @Test func anotherApplicationsDatabaseIsLeftAlone() throws {
        let connection = try PlainConnection(self.folder.database)
        #expect(connection.execute("CREATE TABLE recipes (name TEXT)") == 0)
        let content = try self.folder.contents()["audit.db"]
        #expect(self.writerError()?.code == .notATrail)
        #expect(self.readerError()?.code == .notATrail)
        #expect(try self.folder.contents()["audit.db"] == content)
    }

    @Test func anEmptyFileBecomesATrailButIsNoneToAReader() throws {
        try Data().write(to: URL(fileURLWithPath: self.folder.database))
        #expect(self.readerError()?.code == .notATrail)
        #expect(try TrailWriter(self.folder).append(.sample()) == 0)
    }

    @Test(arguments: ["PRAGMA user_version = 9", "INSERT INTO grdb_migrations VALUES ('9: something new')"])
    func aNewerTrailIsRefused(sql: String) throws {
        try TrailWriter(self.folder).close()
        #expect(try PlainConnection(self.folder.database).execute(sql) == 0)
        #expect(self.writerError()?.code == .newerVersion)
        #expect(try PlainConnection(self.folder.database).execute("PRAGMA user_version = 9") == 0)
        #expect(self.readerError()?.code == .newerVersion)
    }

    @Test func aDamagedTrailIsReported() throws {
        let writer = try TrailWriter(self.folder)
        _ = try writer.append(ValidationEntry.samples(0..<2000))
        writer.close()
        var content = try #require(try self.folder.contents()["audit.db"])
        content.replaceSubrange(20_000..<content.count - 4096, with: Data(count: content.count - 24_096))
        try content.write(to: URL(fileURLWithPath: self.folder.database))
        let error = #expect(throws: TrailError.self) {
            let reader = try TrailReader(path: self.folder.database)
            try reader.forEach(TrailQuery()) { _ in }
        }
        #expect(error?.code == .corrupt)
    }

    @Test func aFileThatVanishesIsMissedAndFoundAgain() throws {
        let writer = try TrailWriter(self.folder)
        _ = try writer.append(ValidationEntry.samples(0..<3))
        for suffix in ["", "-wal", "-shm"] {
            try FileManager.default.moveItem(
                atPath: self.folder.database + suffix,
                toPath: self.folder.path + "/moved" + suffix
            )
        }
        let error = #expect(throws: TrailError.self) { _ = try writer.append([.sample(3)]) }
        #expect(error?.code == .missing)
        #expect(error?.isTransient == true)
        #expect(writer.nextIndex == 3)
        for suffix in ["", "-wal", "-shm"] {
            try FileManager.default.moveItem(
                atPath: self.folder.path + "/moved" + suffix,
                toPath: self.folder.database + suffix
            )
        }
        #expect(try writer.append([.sample(3)]) == 3..<4)
    }

    @Test func anotherTrailInTheFilesPlaceIsRefused() throws {
        let writer = try TrailWriter(self.folder)
        let other = try TemporaryFolder()
        try TrailWriter(other).close()
        for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: self.folder.database + suffix)
        }
        try FileManager.default.copyItem(atPath: other.database, toPath: self.folder.database)
        let error = #expect(throws: TrailError.self) { _ = try writer.append([.sample(0)]) }
        #expect(error?.code == .notATrail)
    }

    @Test func aReaderNeedsNoWriter() throws {
        let writer = try TrailWriter(self.folder)
        _ = try writer.append(ValidationEntry.samples(0..<3))
        writer.close()
        let copy = try TemporaryFolder()
        try FileManager.default.copyItem(atPath: self.folder.database, toPath: copy.database)
        for path in [self.folder.database, copy.database] {
            let reader = try TrailReader(path: path)
            #expect(try reader.latestIndex() == 2)
            reader.close()
            reader.close()
            #expect(throws: TrailError.self) { try reader.latestIndex() }
        }
    }

    @Test func anothersWriteLockIsWaitedForThenReported() throws {
        let writer = try TrailWriter(self.folder)
        let connection = try PlainConnection(self.folder.database)
        #expect(connection.execute("BEGIN IMMEDIATE") == 0)
        let error = #expect(throws: TrailError.self) { _ = try writer.append([.sample(0)]) }
        #expect(error?.code == .locked)
        #expect(error?.sqliteCode == "SQLITE_BUSY")
        #expect(connection.execute("ROLLBACK") == 0)
        #expect(try writer.append([.sample(0)]) == 0..<1)
    }
}

extension TemporaryFolder {
    var name: String { String(self.path.split(separator: "/").last ?? "") }
}
