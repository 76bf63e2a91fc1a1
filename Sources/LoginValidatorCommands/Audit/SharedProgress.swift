import Synchronization

/// A progress bar that several threads may move.
final class SharedProgress: Sendable {
    private let bar: Mutex<ProgressBar>

    init(_ title: String) {
        self.bar = Mutex(ProgressBar(title, total: 0))
    }

    func update(_ done: Int64, of total: Int64) {
        self.bar.withLock { bar in
            bar.total = Int(total)
            bar.update(Int(done))
        }
    }

    func finish() {
        self.bar.withLock { $0.finish() }
    }
}
