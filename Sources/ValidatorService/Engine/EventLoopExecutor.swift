import Dispatch
import LoginContracts
import NIOCore
import ValidationPipeline

/// Puts the engine on an event loop, next to the connections it uses.
struct EventLoopExecutor: PipelineExecutor {
    let eventLoop: any EventLoop

    var serialExecutor: any SerialExecutor { self.eventLoop.executor }

    func execute(_ work: @escaping @Sendable () -> Void) {
        self.eventLoop.execute(work)
    }

    func schedule(at deadline: Duration, _ work: @escaping @Sendable () -> Void) {
        self.eventLoop.scheduleTask(deadline: .uptimeNanoseconds(UInt64(max(0, deadline.nanoseconds))), work)
    }

    var now: Moment { .now }
}

/// Runs the calls that block (SQLite, librdkafka) on a thread of their own, one at a time.
struct CommitThread: BlockingExecutor {
    private let queue = DispatchQueue(label: "commit-cycle")

    func run(_ work: @escaping @Sendable () -> Void) {
        self.queue.async(execute: work)
    }
}

extension Duration {
    fileprivate var nanoseconds: Int64 {
        let (seconds, attoseconds) = self.components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}
