import CSQLite
import Foundation
import Synchronization

/// A disk that fails at a chosen step, and remembers what would be left of a trail after a power cut.
///
/// It stands between SQLite and SQLite's own file system (``FaultyDisk/install``), for the files of one trail. Steps are
/// counted from ``arm(_:)`` on. What is durable is kept apart, in pages, as Linux does it: a write goes to the page cache,
/// an fsync brings the changed pages to the disk, and after one that fails the kernel calls them clean
/// (<https://wiki.postgresql.org/wiki/Fsync_Errors>).
final class FaultyDisk: Sendable {
    let folder: TemporaryFolder
    private let state = Mutex(State())

    /// What SQLite asks of a file.
    enum Call: String {
        case open, read, write, truncate, sync, size, delete, lock, mapIndex, lockIndex

        var changesDisk: Bool { [.write, .truncate, .sync, .delete].contains(self) }
    }

    /// A file of the trail's: the database, its log, or one of those beside it.
    struct File: Hashable, CustomStringConvertible {
        /// What follows the trail's path.
        var suffix: String

        static let database = File(suffix: "")
        static let log = File(suffix: "-wal")
        /// The files whose durable content is remembered.
        static let ofTheDatabase = [database, log]

        var description: String {
            switch self {
            case .database: "database"
            case .log: "log"
            default: self.suffix
            }
        }
    }

    struct Step: Hashable, CustomStringConvertible {
        var call: Call
        var file: File

        var description: String { "\(self.call) \(self.file)" }
    }

    /// How a step goes wrong.
    enum Fault: String, CaseIterable {
        /// Nothing is done, and an error reported.
        case fails
        /// All is done, and an error reported.
        case persists
        /// Half of a write is done; other steps fail.
        case tears
        /// Half of a write is done and there is no more space; other steps are as always.
        case fills
        /// An fsync fails, and the pages are forgotten: readable until the power is cut. Other steps are as always.
        case forgets
    }

    /// Which steps go wrong.
    enum Plan {
        case never
        case at(Int, count: Int, Fault)
        /// Each step with this probability in percent, anyhow.
        case randomly(seed: UInt64, percent: Int)
    }

    private struct State {
        var plan = Plan.never
        var random = SeededGenerator(state: 0)
        var isArmed = false
        var steps: [Step] = []
        var faults = 0
        var durable: [File: [UInt8]] = [:]
        var dirty: [File: Set<Int>] = [:]
    }

    private static let pageSize = 4096

    init(_ folder: TemporaryFolder) {
        self.folder = folder
        _ = Self.install
        Self.disks.withLock { $0[folder.database] = Weak(disk: self) }
    }

    deinit {
        Self.disks.withLock { $0[self.folder.database] = nil }
    }

    /// From here on steps count and fail. Everything written so far is durable.
    func arm(_ plan: Plan) {
        self.state.withLock { state in
            state = State()
            state.plan = plan
            if case .randomly(let seed, percent: _) = plan { state.random.state = seed }
            for file in File.ofTheDatabase { state.durable[file] = self.content(of: file) }
            state.isArmed = true
        }
    }

    /// Gives another disk, which holds what the page cache holds here, the durable content of this one; then does `body`.
    ///
    /// Pages that changed and were not brought to the disk stay changed there, the forgotten ones do not.
    func handOver<Value>(to other: FaultyDisk, _ body: () throws -> Value) rethrows -> Value {
        let (durable, dirty) = self.state.withLock { ($0.durable, $0.dirty) }
        other.arm(.never)
        other.state.withLock { state in
            state.durable = durable
            state.dirty = dirty
        }
        return try body()
    }

    /// Steps count no more, and nothing fails.
    func disarm() {
        self.state.withLock { $0.isArmed = false }
    }

    var steps: [Step] { self.state.withLock { $0.steps } }
    /// How many steps have gone wrong.
    var faults: Int { self.state.withLock { $0.faults } }

    /// A folder with what a power cut now would leave.
    func afterPowerCut() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for (file, bytes) in self.state.withLock({ $0.durable }) {
            try Data(bytes).write(to: URL(fileURLWithPath: folder.database + file.suffix))
        }
        return folder
    }

    /// A folder with what the end of the process now would leave.
    func afterKill() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for file in File.ofTheDatabase {
            try Data(self.content(of: file)).write(to: URL(fileURLWithPath: folder.database + file.suffix))
        }
        return folder
    }

    private func content(of file: File) -> [UInt8] {
        // Through a descriptor of its own, in a test whose locks nobody else wants.
        (FileManager.default.contents(atPath: self.folder.database + file.suffix)).map { Array($0) } ?? []
    }

    // MARK: Steps

    /// Does a step as the plan wants it.
    ///
    /// - Parameters:
    ///   - code: What the step reports when it fails.
    ///   - half: Does half of it, where that can be.
    ///   - whole: Does it, and returns SQLite's result code.
    func perform(_ step: Step, code: CInt, half: (() -> Void)? = nil, whole: () -> CInt) -> CInt {
        switch self.fault(of: step) {
        case nil: return whole()
        case .fails: return code
        case .persists:
            _ = whole()
            return code
        case .tears:
            half?()
            return code
        case .fills:
            half?()
            return SQLITE_FULL
        case .forgets:
            self.state.withLock { $0.dirty[step.file] = [] }
            return code
        }
    }

    /// Whether and how the next step goes wrong; counts it.
    private func fault(of step: Step) -> Fault? {
        self.state.withLock { state in
            guard state.isArmed else { return nil }
            let number = state.steps.count
            state.steps.append(step)
            let fault: Fault?
            switch state.plan {
            case .never: fault = nil
            case .at(let first, let count, let planned):
                fault = (first..<(first + count)).contains(number) ? planned : nil
            case .randomly(seed: _, let percent):
                let hits = Int.random(in: 0..<100, using: &state.random) < percent
                fault = hits ? Fault.allCases.randomElement(using: &state.random) : nil
            }
            guard let fault, Self.canHappen(fault, to: step.call) else { return nil }
            state.faults += 1
            return fault
        }
    }

    static func canHappen(_ fault: Fault, to call: Call) -> Bool {
        switch fault {
        case .fails: true
        case .persists: call.changesDisk
        case .tears, .fills: call == .write
        case .forgets: call == .sync
        }
    }

    /// A write has reached the page cache.
    func wrote(_ file: File, offset: Int64, count: Int) {
        self.state.withLock { state in
            guard state.isArmed, count > 0, state.durable[file] != nil else { return }
            let pages = (Int(offset) / Self.pageSize)...((Int(offset) + count - 1) / Self.pageSize)
            state.dirty[file, default: []].formUnion(pages)
        }
    }

    /// An fsync has brought the changed pages, and the length, to the disk.
    func synchronized(_ file: File) {
        self.state.withLock { state in
            guard state.isArmed, var durable = state.durable[file] else { return }
            let content = self.content(of: file)
            if durable.count > content.count { durable.removeLast(durable.count - content.count) }
            durable += [UInt8](repeating: 0, count: content.count - durable.count)
            // A page behind the end was cut off since it was written.
            for page in state.dirty[file] ?? [] where page * Self.pageSize < content.count {
                let range = (page * Self.pageSize)..<min((page + 1) * Self.pageSize, content.count)
                durable.replaceSubrange(range, with: content[range])
            }
            state.durable[file] = durable
            state.dirty[file] = []
        }
    }

    // MARK: Disks by path

    private struct Weak {
        weak var disk: FaultyDisk?
    }

    private static let disks = Mutex<[String: Weak]>([:])

    /// The disk that a file of SQLite's is on, and which of the trail's files it is; `nil` for every other file.
    static func disk(ofFileAt path: String) -> (disk: FaultyDisk, file: File)? {
        let disks = Self.disks.withLock { disks in disks.filter { path.hasPrefix($0.key) } }
        return disks.first.flatMap { database, weak in
            weak.disk.map { ($0, File(suffix: String(path.dropFirst(database.count)))) }
        }
    }
}
