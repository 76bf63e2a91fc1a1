import Synchronization

/// Asks whether the engine's loop still answers, and takes no answer in time for a no.
///
/// At most one question is under way, however many ask: a loop that hangs must not gather questions. Once one is
/// overdue, everybody hears "no" at once until it is answered after all.
final class LivenessProbe: Sendable {
    private let isAlive: @Sendable () async -> Bool
    private let limit: Duration
    private let state = Mutex<(phase: Phase, question: UInt64)>((.idle, 0))

    private enum Phase {
        case idle
        /// These wait for the answer.
        case asking([CheckedContinuation<Bool, Never>])
        /// The time is up; the answer may still come.
        case overdue
    }

    init(limit: Duration, isAlive: @escaping @Sendable () async -> Bool) {
        self.limit = limit
        self.isAlive = isAlive
    }

    func check() async -> Bool {
        await withCheckedContinuation { continuation in
            let question: UInt64? = self.state.withLock { state in
                switch state.phase {
                case .idle:
                    state.phase = .asking([continuation])
                    state.question += 1
                    return state.question
                case .asking(let waiting):
                    state.phase = .asking(waiting + [continuation])
                    return nil
                case .overdue:
                    continuation.resume(returning: false)
                    return nil
                }
            }
            if let question { self.ask(question) }
        }
    }

    private func ask(_ question: UInt64) {
        Task {
            let deadline = Task {
                try await Task.sleep(for: self.limit)
                self.timePassed(question)
            }
            let answer = await self.isAlive()
            deadline.cancel()
            self.answered(answer)
        }
    }

    private func answered(_ answer: Bool) {
        self.state.withLock { state in
            if case .asking(let waiting) = state.phase {
                for continuation in waiting { continuation.resume(returning: answer) }
            }
            state.phase = .idle
        }
    }

    /// The deadline may pass just as the answer comes; then it finds another question, or none, and does nothing.
    private func timePassed(_ question: UInt64) {
        self.state.withLock { state in
            guard state.question == question, case .asking(let waiting) = state.phase else { return }
            for continuation in waiting { continuation.resume(returning: false) }
            state.phase = .overdue
        }
    }
}
