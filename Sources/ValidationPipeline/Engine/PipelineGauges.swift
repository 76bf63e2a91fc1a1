/// What the engine holds at a moment, for metrics and operators.
package struct PipelineGauges: Hashable, Sendable {
    package var assignedPartitions: Int
    package var heldRecords: Int
    package var runningAttempts: Int
    package var waitingRetries: Int
    package var undeliveredDecisions: Int
    /// Whether the commit cycle waits because the trail or Kafka refused it.
    package var isHeld: Bool
    /// By name.
    package var hosts: [Host] = []
    /// By kgAppId.
    package var apps: [App] = []

    /// One platform host.
    package struct Host: Hashable, Sendable {
        package var name: String
        package var runningAttempts: Int
        /// Attempts that may run at a time, as ``ConcurrencyLimiter`` has found out.
        package var concurrencyLimit: Int
        package var breaker: CircuitBreaker.State

        package init(name: String, runningAttempts: Int, concurrencyLimit: Int, breaker: CircuitBreaker.State) {
            self.name = name
            self.runningAttempts = runningAttempts
            self.concurrencyLimit = concurrencyLimit
            self.breaker = breaker
        }
    }

    /// One app that has had an event.
    package struct App: Hashable, Sendable {
        package var kgAppId: String
        package var waitingEvents: Int
        package var withheldKicks: Int
        package var breaker: CircuitBreaker.State
        package var massKickGuard: MassKickGuard.State
        /// Kicks beyond the expected; see ``MassKickGuard/Configuration/surgeKicks``.
        package var surgeScore: Double
        /// The usual share of kicks among answers, from 0 to 1.
        package var usualKickShare: Double

        package init(
            kgAppId: String,
            waitingEvents: Int,
            withheldKicks: Int,
            breaker: CircuitBreaker.State,
            massKickGuard: MassKickGuard.State,
            surgeScore: Double,
            usualKickShare: Double
        ) {
            self.kgAppId = kgAppId
            self.waitingEvents = waitingEvents
            self.withheldKicks = withheldKicks
            self.breaker = breaker
            self.massKickGuard = massKickGuard
            self.surgeScore = surgeScore
            self.usualKickShare = usualKickShare
        }
    }

    package init(
        assignedPartitions: Int,
        heldRecords: Int,
        runningAttempts: Int,
        waitingRetries: Int,
        undeliveredDecisions: Int,
        isHeld: Bool
    ) {
        self.assignedPartitions = assignedPartitions
        self.heldRecords = heldRecords
        self.runningAttempts = runningAttempts
        self.waitingRetries = waitingRetries
        self.undeliveredDecisions = undeliveredDecisions
        self.isHeld = isHeld
    }
}

extension PipelineStateMachine {
    /// What an operator sees of the engine's inside.
    package var gauges: PipelineGauges {
        var gauges = PipelineGauges(
            assignedPartitions: self.partitions.count,
            heldRecords: self.heldRecords,
            runningAttempts: self.running.count,
            waitingRetries: self.flights.values.lazy.filter { $0.state == .backingOff }.count,
            undeliveredDecisions: self.decided.count,
            isHeld: self.cycle.retryDue != nil
        )
        gauges.hosts = self.hosts.values.sorted { $0.name < $1.name }.map {
            PipelineGauges.Host(
                name: $0.name,
                runningAttempts: $0.limiter.running,
                concurrencyLimit: $0.limiter.limit,
                breaker: $0.breaker.state
            )
        }
        gauges.apps = self.apps.values.sorted { $0.kgAppId < $1.kgAppId }.map {
            PipelineGauges.App(
                kgAppId: $0.kgAppId,
                waitingEvents: $0.waiting.count,
                withheldKicks: $0.withheld.count,
                breaker: $0.breaker.state,
                massKickGuard: $0.massKickGuard.state,
                surgeScore: $0.massKickGuard.score,
                usualKickShare: $0.massKickGuard.usualKickShare
            )
        }
        return gauges
    }
}
