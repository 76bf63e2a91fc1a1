import Foundation
import LoginContracts
import Testing

@testable import AuditTrail

/// Files that were cut, overwritten or lost while no service ran: refused with a reason, or used for what they are.
struct DamageTests {
    let folder: TemporaryFolder

    init() throws {
        self.folder = try TemporaryFolder()
    }

    private func write(_ bytes: Data, _ suffix: String = "") throws {
        try bytes.write(to: URL(fileURLWithPath: self.folder.database + suffix))
    }

    private func read(_ suffix: String = "") throws -> Data {
        try #require(FileManager.default.contents(atPath: self.folder.database + suffix))
    }

    /// A trail of a few dozen pages, closed.
    private func makeTrail() throws -> Data {
        let writer = try TrailWriter(self.folder)
        _ = try writer.append(ValidationEntry.samples(0..<300))
        writer.close()
        for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: self.folder.database + suffix) }
        return try self.read()
    }

    /// Opens, looks up, appends; the error if there was one. What is returned must be right in any case.
    private func use() throws -> TrailError? {
        do throws(TrailError) {
            let writer = try TrailWriter(self.folder)
            defer { writer.close() }
            let found = try writer.recorded((0..<300).map { .sample($0) })
            for (identity, entry) in found.entries { #expect(entry.entry == .sample(identity.offset)) }
            let next = writer.nextIndex
            #expect(try writer.append([.sample(1000)]) == next..<(next + 1))
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [2, 15, 16, 99, 100, 4095, 4096, 4097, 20_000, 40_960])
    func aCutDatabaseIsRefused(length: Int) throws {
        let whole = try self.makeTrail()
        try self.write(whole.prefix(length))
        let error = try #require(try self.use())
        #expect([.corrupt, .notATrail].contains(error.code), "\(error)")
        #expect(error.message.contains(self.folder.database))
        #expect(try self.read() == whole.prefix(length))
    }

    @Test func aDatabaseThatLostItsContentIsNotTakenForANewOne() throws {
        let writer = try TrailWriter(self.folder)
        _ = try writer.append(ValidationEntry.samples(0..<10))
        let log = try self.read("-wal")
        let copy = try TemporaryFolder()
        try Data().write(to: URL(fileURLWithPath: copy.database))
        try log.write(to: URL(fileURLWithPath: copy.database + "-wal"))
        let error = #expect(throws: TrailError.self) { _ = try TrailWriter(copy) }
        #expect(error?.code == .corrupt)
        #expect(error?.message.contains("lost its content") == true)
        #expect(FileManager.default.contents(atPath: copy.database + "-wal") == log)
    }

    /// Each page in turn, and the header byte by byte: nothing but a reason or the right answer comes out.
    @Test func anOverwrittenPageNeverGivesAWrongAnswerNorACrash() throws {
        let whole = try self.makeTrail()
        var refusals = 0
        for page in 0..<(whole.count / 4096) {
            for filler in [UInt8(0), 0xFF] {
                var damaged = whole
                damaged.replaceSubrange(
                    (page * 4096)..<(page * 4096 + 4096),
                    with: Data(repeating: filler, count: 4096)
                )
                try self.write(damaged)
                if try self.use() != nil { refusals += 1 }
                try self.removeCompanions()
            }
        }
        #expect(refusals > 10)
    }

    @Test func aDamagedHeaderNeverGivesAWrongAnswerNorACrash() throws {
        let whole = try self.makeTrail()
        for place in 0..<100 {
            var damaged = whole
            damaged[place] ^= 0xFF
            try self.write(damaged)
            _ = try self.use()
            try self.removeCompanions()
        }
    }

    private func removeCompanions() throws {
        for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: self.folder.database + suffix) }
    }

    /// A WAL that ends in damage is one whose last commits did not take place: numbering goes on from what is left.
    @Test(arguments: [0.0, 0.3, 0.7, 0.95], [false, true])
    func aDamagedWALKeepsWhatIsBeforeTheDamage(part: Double, isCut: Bool) throws {
        let writer = try TrailWriter(self.folder)
        for batch in Int64(0)..<20 { _ = try writer.append(ValidationEntry.samples((batch * 5)..<(batch * 5 + 5))) }
        let copy = try TemporaryFolder()
        var log = try self.read("-wal")
        // Behind the WAL's own header of 32 bytes.
        let place = 33 + Int(part * Double(log.count - 33))
        if isCut { log = log.prefix(place) } else { log[place] ^= 0x10 }
        try self.read().write(to: URL(fileURLWithPath: copy.database))
        try log.write(to: URL(fileURLWithPath: copy.database + "-wal"))
        let second = try TrailWriter(copy)
        let next = second.nextIndex
        #expect(next < 100)
        #expect(next.isMultiple(of: 5))
        #expect(part < 0.9 || next > 50)
        // The records are delivered again by Kafka, unless it knows them as complete, which the service notices.
        #expect(try second.append(ValidationEntry.samples(next..<(next + 1))) == next..<(next + 1))
        let found = try second.recorded((0..<next).map { .sample($0) })
        #expect(
            found.entries.mapValues(\.index) == Dictionary(uniqueKeysWithValues: (0..<next).map { (.sample($0), $0) })
        )
    }

    @Test func aMissingIndexOfTheWALIsMadeAgain() throws {
        let writer = try TrailWriter(self.folder)
        _ = try writer.append(ValidationEntry.samples(0..<10))
        let copy = try TemporaryFolder()
        for suffix in ["", "-wal"] {
            try self.read(suffix).write(to: URL(fileURLWithPath: copy.database + suffix))
        }
        let second = try TrailWriter(copy)
        #expect(second.nextIndex == 10)
        #expect(try second.append([.sample(10)]) == 10..<11)
    }

    /// A start on a disk that fails: refused, and the next start finds everything.
    @Test(arguments: [false, true])
    func everyStepOfAStartMayFail(isNew: Bool) throws {
        var number = 0
        while true {
            let disk = FaultyDisk(try TemporaryFolder())
            if !isNew {
                let first = try TrailWriter(disk.folder)
                _ = try first.append(ValidationEntry.samples(0..<10))
            }
            disk.arm(.at(number, count: 1, .fails))
            do throws(TrailError) {
                let writer = try TrailWriter(disk.folder)
                #expect(writer.nextIndex == (isNew ? 0 : 10))
            } catch {
                #expect(
                    [.io, .cannotOpen, .unwritable, .missing, .other].contains(error.code),
                    "step \(number): \(error)"
                )
            }
            let isOver = disk.faults == 0
            disk.disarm()
            let second = try TrailWriter(disk.folder)
            #expect(second.nextIndex == (isNew ? 0 : 10), "step \(number)")
            let next = second.nextIndex
            #expect(try second.append([.sample(10)]) == next..<(next + 1))
            if isOver { break }
            number += 1
        }
        #expect(number > 20)
    }
}
