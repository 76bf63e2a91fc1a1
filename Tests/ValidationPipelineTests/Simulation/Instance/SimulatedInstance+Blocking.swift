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
                let found: Result<[RecordIdentity: RecordedDecision], TrailFailure> =
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

    private func write(_ append: SimulatedTrail.Append) -> Result<Range<Int64>, TrailFailure> {
        let failure = TrailFailure(message: "The disk does not answer.")
        // An append that failed was durable after all. Trying again cannot help; a restart finds it.
        if append.entries.contains(where: { self.ghosts.contains($0.identity) })
            || append.marks.contains(where: { self.ghostMarks.contains($0.index) })
        {
            self.giveUp()
            return .failure(failure)
        }
        if let violation = self.trail.violation(of: append) {
            self.world.auditor.report(violation)
            return .failure(failure)
        }
        guard self.world.isDiskFailing else { return .success(self.keep(append)) }
        if self.world.mistake == .failedAppendCountsAsDone {
            let first = self.trail.nextIndex
            return .success(first..<(first + Int64(append.entries.count)))
        }
        let kind = SimulatedTrail.Failure.allCases[self.world.random.int(0...2)]
        self.trail.fail(append, kind)
        if kind == .persisted {
            self.ghosts.formUnion(append.entries.map(\.identity))
            self.ghostMarks.formUnion(append.marks.map(\.index))
        }
        return .failure(failure)
    }

    @discardableResult
    func keep(_ append: SimulatedTrail.Append) -> Range<Int64> {
        self.world.auditor.recorded(append, by: self.observed)
        return self.trail.append(append)
    }
}
