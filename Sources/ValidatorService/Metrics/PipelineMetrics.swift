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
        self.showUsualDecisions()
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
