import Synchronization
import Testing

@testable import ValidatorService

@Suite struct LivenessProbeTests {
    /// Answers when it is told to.
    private final class Loop: Sendable {
        private let waiting = Mutex<[CheckedContinuation<Bool, Never>]>([])
        let count = Atomic<Int>(0)

        func isAlive() async -> Bool {
            await withCheckedContinuation { continuation in
                self.waiting.withLock { $0.append(continuation) }
                self.count.add(1, ordering: .sequentiallyConsistent)
            }
        }

        func answer(_ answer: Bool) {
            let waiting = self.waiting.withLock { waiting in
                defer { waiting = [] }
                return waiting
            }
            for continuation in waiting { continuation.resume(returning: answer) }
        }
    }

    @Test(arguments: [true, false])
    func answerInTimeIsTheAnswer(answer: Bool) async {
        let probe = LivenessProbe(limit: .seconds(60)) { answer }
        #expect(await probe.check() == answer)
        #expect(await probe.check() == answer)
    }

    @Test func noAnswerInTimeIsANoAndIsAskedOnce() async {
        let loop = Loop()
        let probe = LivenessProbe(limit: .milliseconds(1)) { await loop.isAlive() }
        #expect(await probe.check() == false)
        #expect(await probe.check() == false)
        #expect(await probe.check() == false)
        #expect(loop.count.load(ordering: .sequentiallyConsistent) == 1)
        loop.answer(true)
    }

    @Test func loopThatAnswersAgainIsAliveAgain() async {
        let hangs = Atomic<Bool>(true)
        let loop = Loop()
        let probe = LivenessProbe(limit: .milliseconds(50)) {
            hangs.load(ordering: .sequentiallyConsistent) ? await loop.isAlive() : true
        }
        #expect(await probe.check() == false)
        hangs.store(false, ordering: .sequentiallyConsistent)
        loop.answer(true)
        // The late answer is on its way: until it is there the probe says no.
        while await probe.check() == false { await Task.yield() }
    }
}
