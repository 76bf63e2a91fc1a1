import Foundation
import LoginContracts
import Testing

@testable import AuditTrail

/// Every step of an append goes wrong in every way: what was acknowledged is there, once, and the writer goes on.
struct DiskFaultTests {
    /// How the story goes on after the first error.
    enum Sequel: CaseIterable {
        /// The same process tries again.
        case repetition
        /// The process ends, and another opens what the page cache holds.
        case kill
        /// The power is cut, and another process opens what the disk holds.
        case powerCut
        /// The process ends after the error, another opens what the page cache holds and goes on, and then the power is
        /// cut. What was readable and not durable must have become durable before anything was built upon it.
        case lateCut
    }

    private struct Interrupted: Error {}

    /// How many steps the story has when nothing goes wrong.
    private static func countSteps() throws -> [FaultyDisk.Step] {
        let disk = try AppendStory.makeDisk()
        let writer = try TrailWriter(disk.folder, options: AppendStory.options)
        disk.arm(.never)
        var story = AppendStory()
        try story.run(writer)
        return disk.steps
    }

    @Test func theStoryMakesEverySortOfStep() throws {
        let steps = Set(try Self.countSteps().map(\.description))
        #expect(steps.isSuperset(of: ["write log", "sync log", "write database", "sync database"]), "\(steps)")
    }

    @Test(arguments: FaultyDisk.Fault.allCases, Sequel.allCases)
    func everyStepMayGoWrong(fault: FaultyDisk.Fault, sequel: Sequel) throws {
        let steps = try Self.countSteps()
        var faults = 0
        for number in steps.indices where FaultyDisk.canHappen(fault, to: steps[number].call) {
            // What leaves the disk as it was leaves the next process nothing new.
            guard sequel == .repetition || steps[number].call.changesDisk else { continue }
            let comment: Comment = "\(fault) at step \(number), \(steps[number]), then \(sequel)"
            faults += try Self.tell(.at(number, count: 1, fault), sequel, comment)
        }
        #expect(faults > 0)
    }

    /// The error stays while the writer tries to get over it.
    @Test(arguments: [3, 9])
    func severalStepsInARowMayGoWrong(count: Int) throws {
        for number in stride(from: 0, to: try Self.countSteps().count, by: 2) {
            _ = try Self.tell(.at(number, count: count, .fails), .repetition, "\(count) from step \(number)")
        }
    }

    @Test(arguments: 0..<60)
    func stepsMayGoWrongAtRandom(seed: UInt64) throws {
        let sequel = Sequel.allCases[Int(seed) % Sequel.allCases.count]
        _ = try Self.tell(.randomly(seed: seed, percent: 8), sequel, "seed \(seed), \(sequel)")
    }

    /// Tells the story, and returns how many steps went wrong.
    private static func tell(_ plan: FaultyDisk.Plan, _ sequel: Sequel, _ comment: Comment) throws -> Int {
        let disk = try AppendStory.makeDisk()
        let writer = try TrailWriter(disk.folder, options: AppendStory.options)
        disk.arm(plan)
        var story = AppendStory()
        do {
            try story.run(writer) { _ in if sequel != .repetition { throw Interrupted() } }
        } catch is Interrupted {
            try Self.resume(&story, disk, sequel, comment)
            return disk.faults
        } catch {
            Issue.record("\(error). \(comment)")
            return disk.faults
        }
        let faults = disk.faults
        // Even without another error in between: what was acknowledged is durable.
        try Self.expectDurable(story, disk, isOver: true, comment)
        disk.disarm()
        writer.close()
        try story.check(disk.folder, isOver: true, comment)
        return faults
    }

    private static func resume(
        _ story: inout AppendStory,
        _ disk: FaultyDisk,
        _ sequel: Sequel,
        _ comment: Comment
    ) throws {
        try Self.expectDurable(story, disk, isOver: false, comment)
        story.isResumed = true
        let folder: TemporaryFolder
        switch sequel {
        case .repetition: return
        case .kill: folder = try disk.afterKill()
        case .powerCut: folder = try disk.afterPowerCut()
        case .lateCut: return try Self.resumeInPlace(&story, disk, comment)
        }
        let second = try TrailWriter(folder, options: AppendStory.options)
        try story.run(second)
        second.close()
        try story.check(folder, isOver: true, comment)
    }

    /// The next process works on the same disk, which has not forgotten what it lost.
    private static func resumeInPlace(
        _ story: inout AppendStory,
        _ disk: FaultyDisk,
        _ comment: Comment
    ) throws {
        // Nothing of the first writer's end reaches the disk: the process was killed.
        let killed = try disk.afterKill()
        let second = FaultyDisk(killed)
        let writer = try disk.handOver(to: second) { try TrailWriter(killed, options: AppendStory.options) }
        try story.run(writer)
        try Self.expectDurable(story, second, isOver: true, comment)
    }

    private static func expectDurable(
        _ story: AppendStory,
        _ disk: FaultyDisk,
        isOver: Bool,
        _ comment: Comment
    ) throws {
        let folder = try disk.afterPowerCut()
        try story.check(folder, isOver: isOver, "\(comment), power cut")
    }
}
