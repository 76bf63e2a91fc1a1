import Synchronization

/// Tells whoever waits which port a listener got.
final class ListenerState: Sendable {
    private enum State {
        /// Exits: a port is bound, or the listener ended before that.
        case starting(waiters: [UInt64: CheckedContinuation<Int, any Error>], cancelled: Set<UInt64>)
        /// Exits: the listener ended.
        case bound(Int)
        case ended
    }

    private let state = Mutex(State.starting(waiters: [:], cancelled: []))
    private let nextWaiter = Atomic<UInt64>(0)

    func bound(to port: Int) {
        for waiter in self.leave(for: .bound(port)) { waiter.resume(returning: port) }
    }

    func ended() {
        for waiter in self.leave(for: .ended) { waiter.resume(throwing: SimulatedPlatform.NotListening()) }
    }

    func port() async throws -> Int {
        let id = self.nextWaiter.add(1, ordering: .relaxed).oldValue
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { self.wait(id, $0) }
        } onCancel: {
            self.cancel(id)
        }
    }

    private func leave(for next: State) -> [CheckedContinuation<Int, any Error>] {
        self.state.withLock { state in
            defer { state = next }
            guard case .starting(let waiters, _) = state else { return [] }
            return Array(waiters.values)
        }
    }

    private func wait(_ id: UInt64, _ continuation: CheckedContinuation<Int, any Error>) {
        let result: Result<Int, any Error>? = self.state.withLock { state in
            switch state {
            case .starting(var waiters, var cancelled):
                // The cancellation handler can run before the operation it belongs to.
                if cancelled.remove(id) != nil {
                    state = .starting(waiters: waiters, cancelled: cancelled)
                    return .failure(CancellationError())
                }
                waiters[id] = continuation
                state = .starting(waiters: waiters, cancelled: cancelled)
                return nil
            case .bound(let port): return .success(port)
            case .ended: return .failure(SimulatedPlatform.NotListening())
            }
        }
        if let result { continuation.resume(with: result) }
    }

    private func cancel(_ id: UInt64) {
        let waiter: CheckedContinuation<Int, any Error>? = self.state.withLock { state in
            guard case .starting(var waiters, var cancelled) = state else { return nil }
            let waiter = waiters.removeValue(forKey: id)
            if waiter == nil { cancelled.insert(id) }
            state = .starting(waiters: waiters, cancelled: cancelled)
            return waiter
        }
        waiter?.resume(throwing: CancellationError())
    }
}
