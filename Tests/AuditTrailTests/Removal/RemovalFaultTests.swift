import Foundation
import LoginContracts
import Testing

@testable import AuditTrail

/// Every call for a file goes wrong in every way while a segment is removed: no entry is lost before it is archived and
/// kept account of, its removal is not said twice, and the next try or process finishes what was begun.
struct RemovalFaultTests {
    /// How it goes on after the first error.
    enum Sequel: CaseIterable {
        /// The same process tries again, as the service does.
        case repetition
        /// The process ends, and another opens what is there.
        case kill
    }

    /// A segment that is removed, one that says so and is to remove, and four entries behind them.
    private static let trail = Result<[String: Data], any Error> {
        let folder = try TemporaryFolder()
        let writer = try TrailWriter(folder)
        try writer.appendSegment(0..<11)
        try writer.removeSegments(1)
        try writer.appendSegment(11..<22)
        _ = try writer.append(ValidationEntry.samples(22..<26))
        writer.close()
        return try folder.contents()
    }

    /// Long after the first removal too.
    private static let time = Timestamp(Timestamp.late.millisecondsSince1970 * 2)

    private struct Interrupted: Error {}

    @Test func aRemovalMakesEverySortOfStep() throws {
        let steps = Set(try Self.steps().map(\.description))
        #expect(
            steps.isSuperset(of: [
                "read .000000000000012-000000000000024.segment", "read .removed", "open .removed.next",
                "write .removed.next", "sync .removed.next", "write .removed.next-journal",
                "sync .removed.next-journal", "delete .removed.next-journal", "write log", "sync log", "read database",
            ]),
            "\(steps.sorted())"
        )
        // A reader who may not write finds no journal to play back.
        #expect(steps.isDisjoint(with: ["write .removed", "open .removed-journal"]), "\(steps.sorted())")
    }

    @Test(arguments: FaultyDisk.Fault.allCases, Sequel.allCases)
    func everyStepMayGoWrong(fault: FaultyDisk.Fault, sequel: Sequel) throws {
        let steps = try Self.steps()
        var faults = 0
        for number in steps.indices where FaultyDisk.canHappen(fault, to: steps[number].call) {
            // What changes nothing leaves the next process nothing new, and is much the same each time.
            let isChange = steps[number].call.changesDisk
            guard isChange || sequel == .repetition && steps.firstIndex(of: steps[number]) == number else { continue }
            let comment: Comment = "\(fault) at step \(number), \(steps[number]), then \(sequel)"
            faults += try Self.remove(.at(number, count: 1, fault), sequel, comment).faults
        }
        #expect(faults > 0)
    }

    @Test(arguments: 0..<40)
    func stepsMayGoWrongAtRandom(seed: UInt64) throws {
        let sequel = Sequel.allCases[Int(seed) % Sequel.allCases.count]
        _ = try Self.remove(.randomly(seed: seed, percent: 3), sequel, "seed \(seed), \(sequel)")
    }

    private static func steps() throws -> [FaultyDisk.Step] {
        try Self.remove(.never, .repetition, "no fault").steps
    }

    /// Removes the segment on a faulty disk, appends, and holds what is left against what must be.
    private static func remove(_ plan: FaultyDisk.Plan, _ sequel: Sequel, _ comment: Comment) throws -> FaultyDisk {
        let archive = try TemporaryFolder()
        let disk = FaultyDisk(try TemporaryFolder(holding: Self.trail.get()))
        let writer = try TrailWriter(disk.folder)
        disk.arm(plan)
        do {
            try Self.finish(writer, archive) { if sequel == .kill { throw Interrupted() } }
            disk.disarm()
            try Self.check(disk.folder, writer, archive, comment)
        } catch is Interrupted {
            disk.disarm()
            var left = try disk.folder.contents()
            // The memory of the killed process's locks.
            left["audit.db-shm"] = nil
            let folder = try TemporaryFolder(holding: left)
            let second = try TrailWriter(folder)
            try Self.finish(second, archive) {}
            try Self.check(folder, second, archive, comment)
        }
        return disk
    }

    /// Tries until every segment is removed and an entry is appended.
    private static func finish(_ writer: TrailWriter, _ archive: TemporaryFolder, failed: () throws -> Void) throws {
        func removeOldest() throws -> Bool {
            try AppendStory.untilItSucceeds({ _ in try failed() }) { () throws(TrailError) in
                try writer.removeOldestSegment(.sample(archive: archive.path), at: Self.time)
            }
        }
        while try removeOldest() {}
        _ = try AppendStory.untilItSucceeds({ _ in try failed() }) { () throws(TrailError) in
            try writer.append([.sample(500)])
        }
    }

    private static func check(
        _ folder: TemporaryFolder,
        _ writer: TrailWriter,
        _ archive: TemporaryFolder,
        _ comment: Comment
    ) throws {
        let reader = try TrailReader(path: folder.database)
        defer { reader.close() }
        let verification = try TrailVerifier(reader).verify()
        #expect(verification.problems == [], comment)
        #expect(verification.removed == 25, comment)
        var decided: [Int64] = []
        var removed: [String?] = []
        try reader.forEach(.everything(), ascending: true) { entry in
            switch entry {
            case .validation(let recorded): decided.append(recorded.entry.identity.offset)
            case .service(_, let event) where event.kind == .segmentRemoved: removed.append(event.details["first"])
            case .service, .delivery: break
            }
        }
        #expect(decided == [22, 23, 24, 25, 500], comment)
        #expect(removed == ["12"], comment)
        let found = try writer.recorded([.sample(0), .sample(21), .sample(22), .sample(500)])
        #expect(found.removed == [.sample(0), .sample(21)], comment)
        #expect(Set(found.entries.keys) == [.sample(22), .sample(500)], comment)
        let segments = try Self.trail.get().filter { $0.key.hasSuffix(".segment") }
        #expect(try archive.contents() == segments, comment)
        #expect(try folder.contents().keys.filter { $0.contains(".segment") || $0.contains(".next") } == [], comment)
    }
}
