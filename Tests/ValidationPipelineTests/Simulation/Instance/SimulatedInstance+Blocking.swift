import LoginContracts

@testable import ValidationPipeline

/// The thread for blocking calls: the trail's and Kafka's, one at a time, in order.
extension SimulatedInstance {
    func begin(_ operation: Operation) {
        self.operations.append(operation)
        self.runNext()
    }

    private func runNext() {
        guard self.running == nil, !self.operations.isEmpty else { return }
        let operation = self.operations.removeFirst()
        self.running = operation
        switch operation {
        case .lookUp(let lookUps):
            self.after(self.world.random.milliseconds(0...5)) { [self] in
                let failure = TrailFailure(message: "The disk does not answer.")
                let found: Result<RecordedDecisions, TrailFailure> =
                    self.world.isDiskFailing
                    ? .failure(failure) : .success(self.trail.recorded(lookUps.map(\.identity)))
                self.ended { $0.lookedUp(lookUps, found: found, now: $1) }
            }
        case .record(let append):
            self.after(self.world.random.milliseconds(1...30)) { [self] in self.record(append) }
            if self.world.mistake == .publishBeforeRecord {
                let first = self.trail.nextIndex
                self.tell { $0.recorded(.success(first..<(first + Int64(append.entries.count))), now: $1) }
            }
        case .publish(let publication):
            self.publisher?.publish(publication) { [self] result in
                self.ended { $0.published(result, now: $1) }
            }
        }
    }

    /// The effect is there and its confirmation on the way, in order: a crash can come between.
    private func ended(_ event: @escaping (inout PipelineStateMachine, Moment) -> Void) {
        self.running = nil
        self.after(.milliseconds(2)) { [self] in self.tell(event) }
        self.runNext()
    }

    private func record(_ append: SimulatedTrail.Append) {
        let result = self.write(append)
        guard self.isUp else { return }
        guard self.world.mistake != .publishBeforeRecord else { return self.ended { _, _ in } }
        self.ended { $0.recorded(result, now: $1) }
    }

    private func write(_ whole: SimulatedTrail.Append) -> Result<Range<Int64>, TrailFailure> {
        let failure = TrailFailure(message: "The disk does not answer.")
        var append = whole
        var survived: Range<Int64>?
        if let ghost {
            // An append that failed was durable after all, which its repetition finds out.
            survived = self.trail.repeated(&append, ghost)
            if survived == nil, append.entries.contains(where: { self.trail.indices[$0.identity] != nil }) {
                // Since then some of its records went away: the numbers of the rest are no range. A restart finds them.
                self.giveUp()
                return .failure(failure)
            }
        }
        if let violation = self.trail.violation(of: append) {
            self.world.auditor.report(violation)
            return .failure(failure)
        }
        if self.world.isDiskFailing {
            guard self.world.mistake == .failedAppendCountsAsDone else {
                self.fail(append)
                return .failure(failure)
            }
            let first = self.trail.nextIndex
            return .success(first..<(first + Int64(append.entries.count)))
        }
        self.world.auditor.recorded(whole, by: self.observed)
        let indices = self.trail.append(append)
        return .success(survived ?? indices)
    }

    private func fail(_ append: SimulatedTrail.Append) {
        let kind = SimulatedTrail.Failure.allCases[self.world.random.int(0...2)]
        self.trail.fail(append, kind)
        guard kind == .persisted else { return }
        var ghost = append
        ghost.marks += self.ghost?.marks ?? []
        ghost.transitions += self.ghost?.transitions ?? []
        self.ghost = ghost
    }
}
