import DequeModule
import LoginContracts

extension PipelineStateMachine {
    var hasCycleWork: Bool { !self.decided.isEmpty || !self.marks.isEmpty || !self.transitions.isEmpty }

    /// When the next cycle may start; `nil` is at once.
    var cycleDue: Duration? {
        guard case .running = self.phase, self.transitions.isEmpty else { return nil }
        // Marks alone are in no hurry: with luck they ride with the next decision.
        if self.decided.isEmpty { return self.cycleEnded.map { $0 + self.configuration.maximumMarkDelay } }
        guard self.lastCycleWasBusy, self.decided.count < self.configuration.maximumCycleRecords else { return nil }
        return self.cycleStarted.map { $0 + self.configuration.minimumCycleInterval }
    }

    /// Whether so many records since the last cycle's start are a load.
    private func isBusy(_ count: Int, now: Moment) -> Bool {
        guard count >= self.configuration.busyCycleRecords, let cycleStarted else { return false }
        let microseconds = max(1, (now.monotonic - cycleStarted).microseconds)
        return Int64(count) * 1_000_000 / microseconds >= Int64(self.configuration.busyRecordsPerSecond)
    }

    /// Starts a commit cycle with everything decided so far, when none is running.
    mutating func startCycle(now: Moment) {
        guard self.cycle.isIdle, self.hasCycleWork else { return }
        if case .stopped = self.phase { return }
        if let due = self.cycleDue, due > now.monotonic { return }
        let count = min(self.decided.count, self.configuration.maximumCycleRecords)
        let items = Array(self.decided.prefix(count))
        self.decided.removeFirst(count)
        let batch = CommitCycle.Batch(items: items, marks: self.marks, transitions: self.transitions)
        self.marks = []
        self.transitions = []
        self.lastCycleWasBusy = self.isBusy(count, now: now)
        self.cycleStarted = now.monotonic
        self.cycle.start(batch)
        self.record(batch)
    }

    private mutating func record(_ batch: CommitCycle.Batch) {
        let entries = batch.items.compactMap { $0.isNew ? $0.decided?.entry : nil }
        self.actions.append(.record(entries, marks: batch.marks, transitions: batch.transitions))
    }

    /// The trail answered ``PipelineAction/record(_:marks:transitions:)``.
    ///
    /// The exact point of no return: from here the decisions are durable and will be published as they are, by this
    /// process or, after a crash, by the next that is given the records.
    package mutating func recorded(_ result: Result<Range<Int64>, TrailFailure>, now: Moment) {
        switch result {
        case .success(let indices):
            self.nextIndex = max(self.nextIndex, indices.upperBound)
            self.numbered(below: self.nextIndex)
            self.publish(self.cycle.recorded(indices), now: now)
        case .failure(let failure):
            self.actions.append(.notice(.trailFailed(failure)))
            self.cycle.stepFailed(now: now.monotonic)
        }
        self.advance(now: now)
    }

    /// Sends what is still ours of a recorded batch to Kafka.
    private mutating func publish(_ batch: CommitCycle.Batch, now: Moment) {
        guard let ours = self.narrow(batch, now: now) else {
            self.cycleEnded = now.monotonic
            return
        }
        for item in ours.items { self.partitions[item.slot]?.ledger.stage(item.login.record.offset) }
        self.actions.append(.publish(self.publication(of: ours)))
    }

    private func publication(of batch: CommitCycle.Batch) -> Publication {
        var outcomes: [Outcome] = []
        var deadLetters: [DeadLetter] = []
        var slots: Set<PartitionSlot> = []
        for item in batch.items {
            slots.insert(item.slot)
            guard let (decided, index) = item.undelivered else { continue }
            let entry = decided.entry
            if let disposition = DeadLetter.Disposition(decision: entry.decision, reason: entry.reason) {
                let message = entry.message ?? "The event was not decided: \(disposition.rawValue)."
                deadLetters.append(
                    DeadLetter(record: decided.login.record, disposition: disposition, message: message)
                )
            } else if entry.decision != .pass || self.configuration.publishesPasses {
                outcomes.append(
                    Outcome(entry: entry, index: index, event: decided.login.event, redirect: decided.redirect)
                )
            }
        }
        let progress = slots.sorted { $0.number < $1.number }.compactMap { slot in
            self.partitions[slot].map { assigned in
                var progress = assigned.ledger.progress(trailID: self.trailID, nextIndex: self.nextIndex)
                progress.firstIndex = min(assigned.firstIndex, progress.nextIndex)
                return (assigned.partition, progress)
            }
        }
        let epoch = slots.compactMap { self.partitions[$0]?.ledger.epoch }.max() ?? 0
        return Publication(epoch: epoch, outcomes: outcomes, deadLetters: deadLetters, progress: progress)
    }

    /// Kafka answered ``PipelineAction/publish(_:)``.
    package mutating func published(_ result: Result<Void, PublicationFailure>, now: Moment) {
        switch result {
        case .success:
            let batch = self.cycle.published()
            self.cycleEnded = now.monotonic
            for slot in Set(batch.items.map(\.slot)) { self.partitions[slot]?.ledger.completeStaged() }
            for item in batch.items {
                self.release(item.login)
                guard let (_, index) = item.undelivered else { continue }
                self.marks.append(DeliveryMark(index: index, fate: .committed, at: now.wall))
                self.forgetUnsettled(item.login.record)
            }
            let duration = now.monotonic - (self.cycleStarted ?? now.monotonic)
            self.actions.append(.notice(.cycleCompleted(records: batch.items.count, duration: duration)))
        case .failure(let failure):
            for slot in Array(self.partitions.keys) { self.partitions[slot]?.ledger.unstage() }
            self.actions.append(.notice(.publicationFailed(failure)))
            if failure.isInDoubt { for item in self.cycle.items { self.forgetUnsettled(item.login.record) } }
            self.cycle.stepFailed(now: now.monotonic, isInDoubt: failure.isInDoubt)
        }
        // The transaction has ended, one way or the other: nothing of ours is under way for those partitions.
        for epoch in self.heldRevocations { self.actions.append(.releaseRevocation(epoch: epoch)) }
        self.heldRevocations = []
        self.advance(now: now)
    }

    /// Tries a failed step again when it is due, without the records that are no longer ours.
    mutating func retryCycle(now: Moment) {
        // Whoever stopped us may have closed the trail and the producer.
        if case .stopped = self.phase { return }
        guard let step = self.cycle.retry(now: now.monotonic) else { return }
        switch (step, self.cycle.state) {
        case (.record, .recording(let batch)):
            if let ours = self.narrow(batch, now: now) { self.record(ours) }
        case (.publish, .publishing(let batch)): self.publish(batch, now: now)
        default: preconditionFailure("A step that is due again is the cycle's state.")
        }
    }

    /// Takes out of the running batch what is no longer ours; `nil` when that leaves nothing to do and ends the cycle.
    ///
    /// What is in the trail already stays there without a delivery until its fate is known.
    private mutating func narrow(_ batch: CommitCycle.Batch, now: Moment) -> CommitCycle.Batch? {
        var ours = batch
        ours.items = []
        for item in batch.items {
            if self.partitions[item.slot] != nil {
                ours.items.append(item)
                continue
            }
            self.release(item.login)
            if let index = item.index, let decided = item.decided, decided.recorded == nil, !item.isInDoubt {
                self.rememberUnsettled(item.login.record, index: index)
            }
        }
        return self.cycle.narrow(to: ours) ? ours : nil
    }
}
