import Foundation
import LoginContracts
import Testing

@testable import AuditTrail

/// A full disk, a killed process, a power cut between two writes.
struct RecoveryTests {
    let folder: TemporaryFolder

    init() throws {
        self.folder = try TemporaryFolder()
    }

    @Test func aFullTrailHoldsAndGoesOnWhenThereIsRoom() throws {
        var options = WritingConnection.Options()
        options.maximumPageCount = 60
        let writer = try TrailWriter(self.folder, options: options)
        var appended: Int64 = 0
        var failure: TrailError?
        while failure == nil {
            do throws(TrailError) {
                let range = try writer.append(ValidationEntry.samples(appended..<(appended + 50)))
                #expect(range == appended..<(appended + 50))
                appended = range.upperBound
            } catch {
                failure = error
            }
            try #require(appended < 10_000)
        }
        #expect(failure?.code == .full)
        #expect(failure?.isTransient == true)
        #expect(writer.nextIndex == appended)
        // Still full, still the same answer.
        let again = #expect(throws: TrailError.self) {
            _ = try writer.append(ValidationEntry.samples(appended..<(appended + 50)))
        }
        #expect(again?.code == .full)
        options.maximumPageCount = 1000
        try writer.reopen(options: options)
        #expect(try writer.append(ValidationEntry.samples(appended..<(appended + 50))).lowerBound == appended)
        var count: Int64 = 0
        try TrailReader(path: self.folder.database).forEach(TrailQuery()) { _ in count += 1 }
        #expect(count == appended + 50)
    }

    /// The child says which entries are durable, and is killed while it appends more.
    @Test func whatWasAppendedSurvivesAKill() async throws {
        setenv("AUDIT_TRAIL_TEST_FOLDER", self.folder.path, 1)
        await #expect(processExitsWith: .signal(SIGKILL)) {
            let folder = try #require(ProcessInfo.processInfo.environment["AUDIT_TRAIL_TEST_FOLDER"])
            let writer = try TrailWriter(path: folder + "/audit.db", logger: .silent)
            let note = open(folder + "/durable", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
            var last: Range<Int64>?
            for offset in stride(from: Int64(0), to: 700_000, by: 7) {
                let deliveries = last.map { [EntryDelivery.committed(ClosedRange($0))] } ?? []
                last = try writer.append(ValidationEntry.samples(offset..<(offset + 7)), deliveries: deliveries)
                var durable = writer.nextIndex
                pwrite(note, &durable, 8, 0)
                // From here on the end comes whenever it comes.
                if offset == 210 {
                    Thread.detachNewThread { kill(getpid(), SIGKILL) }
                }
            }
        }
        let note = try #require(try self.folder.contents()["durable"])
        let durable = note.withUnsafeBytes { $0.loadUnaligned(as: Int64.self) }
        #expect(durable >= 210)
        let writer = try TrailWriter(self.folder)
        #expect(writer.nextIndex >= durable)
        // Seven decisions and a delivery each time, but for the first without a delivery.
        #expect((writer.nextIndex + 1).isMultiple(of: 8))
        let reader = try TrailReader(path: self.folder.database)
        var offset: Int64 = 0
        try reader.forEach(TrailQuery(), ascending: true) { entry in
            guard case .validation(let recorded) = entry else {
                Issue.record("Not a decision: \(entry)")
                return
            }
            #expect(recorded.entry == .sample(offset))
            offset += 1
        }
        let end = writer.nextIndex
        #expect(offset == (end + 1) / 8 * 7)
        let left = try writer.undelivered(clusterID: "cluster", partition: .first, limit: 100)
        #expect(left.map(\.index) == Array((end - 8)..<(end - 1)))
        #expect(try writer.append(ValidationEntry.samples(offset..<(offset + 1))) == end..<(end + 1))
    }

    @Test func aWriterInAnotherProcessIsRefused() async throws {
        let writer = try TrailWriter(self.folder)
        _ = try writer.append(.sample())
        setenv("AUDIT_TRAIL_TEST_LOCKED", self.folder.database, 1)
        await #expect(processExitsWith: .exitCode(71)) {
            let path = try #require(ProcessInfo.processInfo.environment["AUDIT_TRAIL_TEST_LOCKED"])
            do throws(TrailError) {
                _ = try TrailWriter(path: path, logger: .silent)
            } catch {
                guard error.code == .locked, error.message.contains("process \(getppid())") else { exit(1) }
                // A reader is welcome.
                guard (try? TrailReader(path: path).latestIndex()) != nil else { exit(2) }
                exit(71)
            }
            exit(3)
        }
        #expect(try writer.append([.sample(0)]) == 1..<2)
    }

    /// An uncommitted WAL tail, as a crash in the middle of a commit leaves it.
    @Test(arguments: [1, 5000, 20_000])
    func aTornCommitIsGoneAndEverythingBeforeItIsThere(lost: Int) throws {
        let writer = try TrailWriter(self.folder)
        _ = try writer.append(ValidationEntry.samples(0..<100))
        let walBefore = try #require(try self.folder.contents()["audit.db-wal"]).count
        _ = try writer.append(ValidationEntry.samples(100..<200))
        let files = try self.folder.contents()
        let copy = try TemporaryFolder()
        var wal = try #require(files["audit.db-wal"])
        wal.removeLast(min(lost, wal.count - walBefore))
        try wal.write(to: URL(fileURLWithPath: copy.database + "-wal"))
        try #require(files["audit.db"]).write(to: URL(fileURLWithPath: copy.database))
        let recovered = try TrailWriter(copy)
        #expect(recovered.nextIndex == 100)
        #expect(try recovered.append(ValidationEntry.samples(100..<200)) == 100..<200)
    }
}
