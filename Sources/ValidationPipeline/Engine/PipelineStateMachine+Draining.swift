extension PipelineStateMachine {
    /// Stop: nothing new is begun, attempts under way may end within `limit`, what is decided is published.
    ///
    /// Leads to ``PipelineAction/stopped``. Records that were not decided are not committed; Kafka delivers them again.
    package mutating func stop(within limit: Duration, now: Moment) {
        switch self.phase {
        case .running: break
        case .draining: return
        case .stopped:
            self.actions.append(.stopped)
            return
        }
        self.phase = .draining(until: now.monotonic + limit)
        self.startCycle(now: now)
        self.checkDrained(now: now)
    }

    /// Ends the draining when nothing is under way any more, or its time is up.
    ///
    /// At the deadline a cycle that is recording or publishing is still waited for, because it holds what is decided;
    /// one that waits to try again is not, because its records are safe in Kafka.
    mutating func checkDrained(now: Moment) {
        guard case .draining(let until) = self.phase else { return }
        let isLate = now.monotonic >= until
        let isQuiet = self.running.isEmpty && self.cycle.isIdle && !self.hasCycleWork
        guard isQuiet || (isLate && !self.cycle.isStepRunning) else { return }
        self.phase = .stopped
        for epoch in self.heldRevocations { self.actions.append(.releaseRevocation(epoch: epoch)) }
        self.heldRevocations = []
        self.actions.append(.stopped)
    }
}
