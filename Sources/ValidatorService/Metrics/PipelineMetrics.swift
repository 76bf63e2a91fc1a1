package import CoreMetrics
import LoginContracts
import ValidationPipeline

/// The service's own metrics: every name, and the handle behind it, in one place.
///
/// Observing costs atomic instructions and, where a metric has labels, one look-up; it allocates nothing once a
/// combination of labels has occurred. Any thread.
package struct PipelineMetrics: Sendable {
    let decisions: HandleTable<DecisionLabels, Counter>
    let failedAttempts: HandleTable<String, Counter>
    let unexpectedStatuses: HandleTable<Int, Counter>
    let retries: Counter
    let trailFailures: Counter
    let publicationFailures: Counter
    let supersededEntries: Counter
    let recordsDeliveredBefore: Counter
    let stalls: HandleTable<String, Counter>
    let platformLatency: Timer
    let decisionLatency: Timer
    let cycleRecords: Recorder
    let cycleDuration: Timer

    let assignedPartitions: Meter
    let heldRecords: Meter
    let runningAttempts: Meter
    let waitingRetries: Meter
    let undeliveredDecisions: Meter
    let isHeld: Meter
    /// By the host's name; there are as many hosts as base URLs.
    let concurrencyLimits: HandleTable<String, Meter>
    let hostAttempts: HandleTable<String, Meter>
    let hostBreakers: HandleTable<String, Meter>
    let hostBreakerOpenings: HandleTable<String, Counter>
    /// By kgAppId; only apps with credentials have any.
    let appBreakers: HandleTable<String, Meter>
    let appBreakerOpenings: HandleTable<String, Counter>
    let trippedGuards: HandleTable<String, Meter>
    let withheldKicks: HandleTable<String, Meter>
    let surgeScores: HandleTable<String, Meter>
    let waitingEvents: HandleTable<String, Meter>
    let guardTrips: HandleTable<MassKickGuard.Cause, Counter>
    let guardReleases: HandleTable<GuardTransition.Release, Counter>
    let lags: HandleTable<SourcePartition, Meter>

    struct DecisionLabels: Hashable {
        var decision: Decision
        var reason: DecisionReason?
    }

    /// - Parameter factory: where the metrics live; the process's own after `MetricsSystem.bootstrap`.
    package init(factory: any MetricsFactory = MetricsSystem.factory) {
        func counter(_ name: String) -> Counter { Counter(label: name, dimensions: [], factory: factory) }
        func gauge(_ name: String) -> Meter { Meter(label: name, dimensions: [], factory: factory) }
        func timer(_ name: String) -> Timer { Timer(label: name, dimensions: [], factory: factory) }
        func gauges(_ name: String, by label: String) -> HandleTable<String, Meter> {
            HandleTable { Meter(label: name, dimensions: [(label, $0)], factory: factory) }
        }
        func counters(_ name: String, by label: String) -> HandleTable<String, Counter> {
            HandleTable { Counter(label: name, dimensions: [(label, $0)], factory: factory) }
        }

        self.decisions = HandleTable { labels in
            let dimensions = [("decision", labels.decision.rawValue), ("reason", labels.reason?.rawValue ?? "none")]
            return Counter(label: Name.decisions, dimensions: dimensions, factory: factory)
        }
        self.failedAttempts = HandleTable { kind in
            Counter(label: Name.failedAttempts, dimensions: [("kind", kind)], factory: factory)
        }
        self.unexpectedStatuses = HandleTable { status in
            Counter(label: Name.unexpectedStatuses, dimensions: [("status", "\(status)")], factory: factory)
        }
        self.retries = counter(Name.retries)
        self.trailFailures = counter(Name.trailFailures)
        self.publicationFailures = counter(Name.publicationFailures)
        self.supersededEntries = counter(Name.supersededEntries)
        self.recordsDeliveredBefore = counter(Name.recordsDeliveredBefore)
        self.stalls = HandleTable { cause in
            Counter(label: Name.stalls, dimensions: [("cause", cause)], factory: factory)
        }
        self.platformLatency = timer(Name.platformLatency)
        self.decisionLatency = timer(Name.decisionLatency)
        self.cycleRecords = Recorder(label: Name.cycleRecords, dimensions: [], aggregate: true, factory: factory)
        self.cycleDuration = timer(Name.cycleDuration)
        self.assignedPartitions = gauge(Name.assignedPartitions)
        self.heldRecords = gauge(Name.heldRecords)
        self.runningAttempts = gauge(Name.runningAttempts)
        self.waitingRetries = gauge(Name.waitingRetries)
        self.undeliveredDecisions = gauge(Name.undeliveredDecisions)
        self.isHeld = gauge(Name.isHeld)
        self.lags = HandleTable { partition in
            let dimensions = [("topic", partition.topic), ("partition", "\(partition.partition)")]
            return Meter(label: Name.lag, dimensions: dimensions, factory: factory)
        }
        self.concurrencyLimits = gauges(Name.concurrencyLimit, by: "host")
        self.hostAttempts = gauges(Name.hostAttempts, by: "host")
        self.hostBreakers = gauges(Name.hostBreakerOpen, by: "host")
        self.hostBreakerOpenings = counters(Name.hostBreakerOpenings, by: "host")
        self.appBreakers = gauges(Name.appBreakerOpen, by: "app")
        self.appBreakerOpenings = counters(Name.appBreakerOpenings, by: "app")
        self.trippedGuards = gauges(Name.guardTripped, by: "app")
        self.withheldKicks = gauges(Name.withheldKicks, by: "app")
        self.surgeScores = gauges(Name.surgeScore, by: "app")
        self.waitingEvents = gauges(Name.waitingEvents, by: "app")
        self.guardTrips = HandleTable { cause in
            Counter(label: Name.guardTrips, dimensions: [("cause", cause.rawValue)], factory: factory)
        }
        self.guardReleases = HandleTable { release in
            Counter(label: Name.guardReleases, dimensions: [("release", release.rawValue)], factory: factory)
        }
        self.showUsualDecisions()
        // An alert on a rise needs the zero before it.
        for cause in MassKickGuard.Cause.allCases { _ = self.guardTrips[cause] }
    }

    /// The decisions that the guarded policy can come to are there from the start, at zero: a rate over them is then
    /// right from the first one on.
    private func showUsualDecisions() {
        let kicks: [DecisionReason] = [
            .playerMismatch, .tokenInvalid, .authenticationFailed, .notAcceptable, .pendingUnregistration, .sanctioned,
            .playerNotFound, .abnormalState,
        ]
        var usual = kicks.map { DecisionLabels(decision: .kick, reason: $0) }
        usual += [
            DecisionLabels(decision: .pass), DecisionLabels(decision: .lockout, reason: .lockedOut),
            DecisionLabels(decision: .rejected, reason: .invalidRequest),
            DecisionLabels(decision: .rejected, reason: .malformed),
            DecisionLabels(decision: .rejected, reason: .unknownApp),
            DecisionLabels(decision: .undetermined, reason: .platformUnavailable),
            DecisionLabels(decision: .stale, reason: .tooOld),
        ]
        for labels in usual { _ = self.decisions[labels] }
    }
}
