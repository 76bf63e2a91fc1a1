import LoginContracts
import Testing

@testable import ValidationPipeline
@testable import ValidatorService

@Suite struct PipelineMetricsTests {
    private let registry = PrometheusRegistry()
    private let metrics: PipelineMetrics

    init() {
        self.metrics = PipelineMetrics(factory: self.registry)
    }

    private func value(_ series: String) -> Double? {
        let lines = self.registry.exposition(in: .prometheus).split(separator: "\n")
        return lines.first { $0.hasPrefix(series + " ") }.flatMap { Double($0.dropFirst(series.count + 1)) }
    }

    private func decided(_ decision: Decision, _ reason: DecisionReason?) -> PipelineNotice {
        let record = SourceRecord(
            partition: SourcePartition(topic: "login.events", partition: 0),
            offset: 7,
            timestamp: Timestamp(1_000_000),
            key: nil,
            value: nil
        )
        let identity = RecordIdentity(of: record, clusterID: "cluster")
        let login = IncomingLogin(
            record: record,
            identity: identity,
            content: .defective(EventDefect(field: "value", rule: "must be JSON"), .malformed),
            tokenFingerprint: nil
        )
        let entry = ValidationEntry(
            identity: identity,
            recordedAt: Timestamp(1_000_040),
            eventID: "event",
            decision: decision,
            reason: reason,
            attempts: 1,
            platformLatency: .milliseconds(20),
            instanceID: "test",
            policyVersion: "guarded"
        )
        return .decided(DecidedRecord(login: login, slot: PartitionSlot(number: 1), entry: entry))
    }

    @Test func usualDecisionsAreShownBeforeTheFirst() {
        #expect(self.value("login_validator_decisions_total{decision=\"pass\",reason=\"none\"}") == 0)
        #expect(self.value("login_validator_decisions_total{decision=\"kick\",reason=\"tokenInvalid\"}") == 0)
    }

    @Test func decisionIsCountedByReasonWithItsLatencies() {
        self.metrics.observe(self.decided(.kick, .tokenInvalid))
        self.metrics.observe(self.decided(.kick, .tokenInvalid))
        // A policy file can pair any decision with any reason.
        self.metrics.observe(self.decided(.lockout, .sanctioned))
        #expect(self.value("login_validator_decisions_total{decision=\"kick\",reason=\"tokenInvalid\"}") == 2)
        #expect(self.value("login_validator_decisions_total{decision=\"lockout\",reason=\"sanctioned\"}") == 1)
        #expect(self.value("login_validator_platform_latency_seconds_count") == 3)
        #expect(self.value("login_validator_platform_latency_seconds_bucket{le=\"0.025\"}") == 3)
        #expect(self.value("login_validator_platform_latency_seconds_bucket{le=\"0.01\"}") == 0)
        #expect(self.value("login_validator_decision_latency_seconds_bucket{le=\"0.05\"}") == 3)
        #expect(self.value("login_validator_decision_latency_seconds_bucket{le=\"0.025\"}") == 0)
    }

    @Test(arguments: [
        (
            PipelineNotice.attemptFailed(AttemptFailure(kind: "requestTimeout", message: "m"), attempt: 1),
            "login_validator_attempts_failed_total{kind=\"requestTimeout\"}", 1.0
        ),
        (.unexpectedStatus(404, kgAppId: "1"), "login_validator_unexpected_status_total{status=\"404\"}", 1),
        (.willRetry(attempt: 1, delay: .seconds(1)), "login_validator_retries_total", 1),
        (.trailFailed(TrailFailure(message: "full")), "login_validator_trail_failures_total", 1),
        (.publicationFailed(PublicationFailure(message: "m")), "login_validator_publication_failures_total", 1),
        (.cycleCompleted(records: 12, duration: .milliseconds(3)), "login_validator_cycle_records_sum", 12),
        (.cycleCompleted(records: 12, duration: .milliseconds(3)), "login_validator_cycle_duration_seconds_sum", 0.003),
        (.superseded(entries: 4), "login_validator_superseded_entries_total", 4),
        (.deliveredBefore(records: 3), "login_validator_records_delivered_before_total", 3),
        (
            .hostAvailability("h:1", isAvailable: false),
            "login_validator_platform_breaker_openings_total{host=\"h:1\"}", 1
        ),
        (.appAvailability("9", isAvailable: false), "login_validator_app_breaker_openings_total{app=\"9\"}", 1),
        (
            .guardChanged(Self.transition(.tripped)), "login_validator_guard_trips_total{cause=\"surge\"}", 1
        ),
        (
            .guardChanged(Self.transition(.released(.byOperator))),
            "login_validator_guard_releases_total{release=\"operator\"}", 1
        ),
    ])
    func noticeIsCounted(notice: PipelineNotice, series: String, expected: Double) {
        self.metrics.observe(notice)
        #expect(self.value(series) == expected)
    }

    private static func transition(_ change: GuardTransition.Change) -> GuardTransition {
        GuardTransition(
            kgAppId: "9",
            change: change,
            cause: .surge,
            at: Timestamp(0),
            waitingEvents: 1,
            usualKickShare: 0.02
        )
    }

    @Test func tripsAreShownBeforeTheFirst() {
        for cause in MassKickGuard.Cause.allCases {
            #expect(self.value("login_validator_guard_trips_total{cause=\"\(cause.rawValue)\"}") == 0)
        }
    }

    @Test func gaugesShowHostsAndApps() {
        var gauges = PipelineGauges(
            assignedPartitions: 1,
            heldRecords: 2,
            runningAttempts: 3,
            waitingRetries: 4,
            undeliveredDecisions: 5,
            isHeld: false
        )
        let open = CircuitBreaker.State.open(until: .seconds(1), wait: .seconds(1))
        gauges.hosts = [
            .init(name: "a:1", runningAttempts: 3, concurrencyLimit: 16, breaker: .closed(failures: 2)),
            .init(name: "b:1", runningAttempts: 0, concurrencyLimit: 8, breaker: open),
        ]
        let trip = MassKickGuard.Trip(cause: .surge, since: .zero, nextProbe: .zero)
        gauges.apps = [
            .init(
                kgAppId: "9",
                waitingEvents: 7,
                withheldKicks: 6,
                breaker: open,
                massKickGuard: .tripped(trip),
                surgeScore: 30.5,
                usualKickShare: 0.02
            )
        ]
        self.metrics.update(gauges)
        #expect(self.value("login_validator_platform_concurrency_limit{host=\"a:1\"}") == 16)
        #expect(self.value("login_validator_platform_running_attempts{host=\"a:1\"}") == 3)
        #expect(self.value("login_validator_platform_breaker_open{host=\"a:1\"}") == 0)
        #expect(self.value("login_validator_platform_breaker_open{host=\"b:1\"}") == 1)
        #expect(self.value("login_validator_app_breaker_open{app=\"9\"}") == 1)
        #expect(self.value("login_validator_guard_tripped{app=\"9\"}") == 1)
        #expect(self.value("login_validator_guard_withheld_kicks{app=\"9\"}") == 6)
        #expect(self.value("login_validator_guard_surge_score{app=\"9\"}") == 30.5)
        #expect(self.value("login_validator_waiting_events{app=\"9\"}") == 7)
        gauges.apps[0].massKickGuard = .watching
        self.metrics.update(gauges)
        #expect(self.value("login_validator_guard_tripped{app=\"9\"}") == 0)
    }

    @Test func gaugesShowWhatTheEngineHolds() {
        self.metrics.update(
            PipelineGauges(
                assignedPartitions: 1,
                heldRecords: 2,
                runningAttempts: 3,
                waitingRetries: 4,
                undeliveredDecisions: 5,
                isHeld: true
            )
        )
        #expect(self.value("login_validator_assigned_partitions") == 1)
        #expect(self.value("login_validator_held_records") == 2)
        #expect(self.value("login_validator_running_attempts") == 3)
        #expect(self.value("login_validator_waiting_retries") == 4)
        #expect(self.value("login_validator_undelivered_decisions") == 5)
        #expect(self.value("login_validator_held") == 1)
    }

    @Test func lagOfAPartitionThatIsGivenUpIsNotShown() {
        self.metrics.setLag(10, topic: "t", partition: 0)
        self.metrics.setLag(20, topic: "t", partition: 1)
        #expect(self.value("login_validator_consumer_lag{partition=\"1\",topic=\"t\"}") == 20)
        self.metrics.removeLags(except: [SourcePartition(topic: "t", partition: 0)])
        #expect(self.value("login_validator_consumer_lag{partition=\"0\",topic=\"t\"}") == 10)
        #expect(self.value("login_validator_consumer_lag{partition=\"1\",topic=\"t\"}") == nil)
    }

    @Test func everyMetricHasAHelpLine() {
        self.metrics.setLag(1, topic: "t", partition: 0)
        self.gaugesShowHostsAndApps()
        self.metrics.observe(.hostAvailability("h:1", isAvailable: false))
        self.metrics.observe(.appAvailability("9", isAvailable: false))
        self.metrics.observe(.guardChanged(Self.transition(.released(.byOperator))))
        let text = self.registry.exposition(in: .prometheus)
        let lines = text.split(separator: "\n")
        for line in lines where line.hasPrefix("# TYPE ") {
            let name = line.split(separator: " ")[2]
            #expect(text.contains("# HELP \(name) "), "\(name)")
        }
    }
}
