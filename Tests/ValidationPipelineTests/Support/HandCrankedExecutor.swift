import LoginContracts
import Synchronization
import ValidationPipeline

/// An executor whose work the test runs, one piece at a time, under a clock that it sets.
final class HandCrankedExecutor: SerialExecutor, PipelineExecutor {
    private let state = Mutex(State())

    private struct State {
        var work: [@Sendable () -> Void] = []
        var timers: [(deadline: Duration, work: @Sendable () -> Void)] = []
        var now = Duration.zero
        var isRunning = false
    }

    var serialExecutor: any SerialExecutor { self }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        self.execute { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }

    func execute(_ work: @escaping @Sendable () -> Void) {
        self.state.withLock { $0.work.append(work) }
    }

    func schedule(at deadline: Duration, _ work: @escaping @Sendable () -> Void) {
        self.checkIsolated()
        self.state.withLock { $0.timers.append((deadline, work)) }
    }

    /// Called by the runtime and by the engine to ask whether the current work is the executor's.
    func checkIsolated() {
        precondition(self.state.withLock { $0.isRunning }, "Only the executor's own work may do this.")
    }

    var now: Moment {
        let now = self.state.withLock { $0.now }
        return Moment(monotonic: now, wall: Timestamp(0).advanced(by: now))
    }

    /// When timers are due, in the order of their making.
    var deadlines: [Duration] { self.state.withLock { $0.timers.map(\.deadline) } }

    /// Runs one piece of work, if there is one.
    @discardableResult
    func runOne() -> Bool {
        let work = self.state.withLock { state -> (@Sendable () -> Void)? in
            guard !state.work.isEmpty else { return nil }
            state.isRunning = true
            return state.work.removeFirst()
        }
        guard let work else { return false }
        work()
        self.state.withLock { $0.isRunning = false }
        return true
    }

    func runAll() { while self.runOne() {} }

    /// Moves the clock and runs what becomes due.
    func advance(by duration: Duration) {
        let due = self.state.withLock { state in
            state.now += duration
            let due = state.timers.filter { $0.deadline <= state.now }.sorted { $0.deadline < $1.deadline }
            state.timers.removeAll { $0.deadline <= state.now }
            return due
        }
        for timer in due { self.execute(timer.work) }
        self.runAll()
    }
}

/// A thread for blocking calls whose work the test runs.
final class HandCrankedThread: BlockingExecutor {
    private let work = Mutex<[@Sendable () -> Void]>([])

    var count: Int { self.work.withLock { $0.count } }

    func run(_ work: @escaping @Sendable () -> Void) { self.work.withLock { $0.append(work) } }

    @discardableResult
    func runOne() -> Bool {
        guard let work = self.work.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else { return false }
        work()
        return true
    }
}
