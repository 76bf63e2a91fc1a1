package import LoginContracts

/// Performs what ``PipelineStateMachine`` asks for: calls the platform, the trail and Kafka, and tells the machine what
/// came of it.
///
/// An actor on an executor of the caller's choice, so that it can live next to the connections it uses: one event then
/// costs no hop between threads but those of the batches it travels in. All callbacks of the ports arrive on that
/// executor.
package actor ValidationEngine {
    package nonisolated let executor: any PipelineExecutor
    private nonisolated let serialExecutor: any SerialExecutor
    private let blocking: any BlockingExecutor
    private let validator: any TokenValidator
    private let trail: any DecisionTrail
    private let publisher: any OutcomePublisher
    private let demand: @Sendable (SourcePartition, UInt64, Int) -> Void
    private let observe: @Sendable (PipelineNotice) -> Void
    private var machine: PipelineStateMachine
    /// The earliest wake-up that is scheduled.
    private var wakeUp: Duration?
    private var revocations: [UInt64: @Sendable () -> Void] = [:]
    private var stopped: [@Sendable () -> Void] = []

    package nonisolated var unownedExecutor: UnownedSerialExecutor { self.serialExecutor.asUnownedSerialExecutor() }

    /// - Parameters:
    ///   - blocking: runs the trail's and the publisher's calls.
    ///   - demand: lets the consumer hand over more records of a partition; called on the executor.
    ///   - observe: hears of everything for logs and metrics; called on the executor, must not block.
    package init(
        machine: sending PipelineStateMachine,
        executor: any PipelineExecutor,
        blocking: any BlockingExecutor,
        validator: any TokenValidator,
        trail: any DecisionTrail,
        publisher: any OutcomePublisher,
        demand: @escaping @Sendable (SourcePartition, UInt64, Int) -> Void,
        observe: @escaping @Sendable (PipelineNotice) -> Void
    ) {
        self.machine = machine
        self.executor = executor
        self.serialExecutor = executor.serialExecutor
        self.blocking = blocking
        self.validator = validator
        self.trail = trail
        self.publisher = publisher
        self.demand = demand
        self.observe = observe
    }

    // MARK: From the consumer's thread

    /// Partitions were assigned. Any thread; calls of one thread take effect in their order.
    package nonisolated func assigned(_ assignments: [PartitionAssignment], epoch: UInt64) {
        self.enter { $0.machine.assigned(assignments, epoch: epoch, now: $1) }
    }

    /// Records of one partition arrived. Any thread; calls of one thread take effect in their order.
    package nonisolated func received(_ logins: [IncomingLogin], of partition: SourcePartition, epoch: UInt64) {
        self.enter { $0.machine.received(logins, of: partition, epoch: epoch, now: $1) }
    }

    /// Partitions are being revoked; `released` is called, on the executor, when they can be given up.
    package nonisolated func revoked(
        _ partitions: [SourcePartition],
        epoch: UInt64,
        released: @escaping @Sendable () -> Void
    ) {
        self.enter {
            $0.revocations[epoch] = released
            $0.machine.revoked(partitions, epoch: epoch, now: $1)
        }
    }

    /// Begins to stop; `stopped` is called, on the executor, when nothing is under way any more.
    ///
    /// - Parameter limit: attempts that have not ended by then are given up; their records stay uncommitted.
    package nonisolated func stop(within limit: Duration, stopped: @escaping @Sendable () -> Void) {
        self.enter {
            $0.stopped.append(stopped)
            $0.machine.stop(within: limit, now: $1)
        }
    }

    /// What the engine holds just now.
    package var gauges: PipelineGauges { self.machine.gauges }

    /// How far each assigned partition has got.
    package var partitionGauges: [PartitionGauges] { self.machine.partitionGauges }

    /// An operator releases the mass-kick guard of an app, or of all, and accepts the kicks.
    ///
    /// - Returns: the apps whose guard was tripped.
    package func releaseGuard(kgAppId: String?) -> [String] {
        let released = self.machine.releaseGuard(kgAppId: kgAppId, now: self.executor.now)
        self.perform()
        return released
    }

    /// The credentials were replaced. Any thread.
    package nonisolated func credentialsReplaced() {
        self.enter { $0.machine.credentialsReplaced(now: $1) }
    }

    // MARK: On the executor

    /// Hops to the executor, lets `event` act on the machine and performs what comes of it.
    private nonisolated func enter(_ event: @escaping @Sendable (isolated ValidationEngine, Moment) -> Void) {
        self.executor.execute { self.handle(event) }
    }

    /// The same, for callers that are on the executor already.
    private nonisolated func handle(_ event: @Sendable (isolated ValidationEngine, Moment) -> Void) {
        self.assumeIsolated { engine in
            event(engine, engine.executor.now)
            engine.perform()
        }
    }

    private func perform() {
        for action in self.machine.takeActions() { self.perform(action) }
        self.scheduleWakeUp()
    }

    private func perform(_ action: PipelineAction) {
        switch action {
        case .demand(let partition, let epoch, let records):
            self.demand(partition, epoch, records)
        case .attempt(let flight, let event):
            self.validator.validate(event) { result in
                self.handle { $0.machine.attemptEnded(flight, result, now: $1) }
            }
        case .lookUp(let lookUps):
            let trail = self.trail
            self.block { () throws(TrailFailure) in
                try trail.recorded(lookUps.map(\.identity))
            } then: {
                $0.machine.lookedUp(lookUps, found: $1, now: $2)
            }
        case .record(let entries, let marks, let transitions):
            let trail = self.trail
            self.block { () throws(TrailFailure) in
                try trail.append(entries, marks: marks, transitions: transitions)
            } then: {
                $0.machine.recorded($1, now: $2)
            }
        case .publish(let publication):
            let publisher = self.publisher
            self.block { () throws(PublicationFailure) in
                try publisher.publish(publication)
            } then: {
                $0.machine.published($1, now: $2)
            }
        case .releaseRevocation(let epoch):
            self.revocations.removeValue(forKey: epoch)?()
        case .stopped:
            for callback in self.stopped { callback() }
            self.stopped = []
        case .notice(let notice):
            self.observe(notice)
        }
    }

    /// Runs a blocking call on its thread and brings its result back to the machine.
    private func block<Success: Sendable, Failure: Error>(
        _ call: @escaping @Sendable () throws(Failure) -> Success,
        then event: @escaping @Sendable (isolated ValidationEngine, Result<Success, Failure>, Moment) -> Void
    ) {
        self.blocking.run {
            let result: Result<Success, Failure>
            do throws(Failure) { result = .success(try call()) } catch { result = .failure(error) }
            self.enter { event($0, result, $1) }
        }
    }

    /// Keeps one wake-up scheduled, for the earliest deadline.
    private func scheduleWakeUp() {
        guard let deadline = self.machine.nextDeadline else { return }
        if let wakeUp, wakeUp <= deadline { return }
        self.wakeUp = deadline
        self.executor.schedule(at: deadline) {
            self.handle { engine, now in
                // A wake-up that a later, earlier one overtook finds nothing due, which costs nothing.
                if engine.wakeUp == deadline { engine.wakeUp = nil }
                engine.machine.timePassed(now: now)
            }
        }
    }
}
