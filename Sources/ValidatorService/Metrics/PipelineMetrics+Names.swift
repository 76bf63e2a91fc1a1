extension PipelineMetrics {
    /// The names; part of what dashboards and alerts rely on.
    enum Name {
        static let decisions = "login_validator_decisions_total"
        static let failedAttempts = "login_validator_attempts_failed_total"
        static let retries = "login_validator_retries_total"
        static let unexpectedStatuses = "login_validator_unexpected_status_total"
        static let trailFailures = "login_validator_trail_failures_total"
        static let publicationFailures = "login_validator_publication_failures_total"
        static let supersededEntries = "login_validator_superseded_entries_total"
        static let recordsDeliveredBefore = "login_validator_records_delivered_before_total"
        static let stalls = "login_validator_stalls_total"
        static let platformLatency = "login_validator_platform_latency_seconds"
        static let decisionLatency = "login_validator_decision_latency_seconds"
        static let cycleRecords = "login_validator_cycle_records"
        static let cycleDuration = "login_validator_cycle_duration_seconds"
        static let assignedPartitions = "login_validator_assigned_partitions"
        static let heldRecords = "login_validator_held_records"
        static let runningAttempts = "login_validator_running_attempts"
        static let waitingRetries = "login_validator_waiting_retries"
        static let undeliveredDecisions = "login_validator_undelivered_decisions"
        static let isHeld = "login_validator_held"
        static let concurrencyLimit = "login_validator_platform_concurrency_limit"
        static let hostAttempts = "login_validator_platform_running_attempts"
        static let hostBreakerOpen = "login_validator_platform_breaker_open"
        static let hostBreakerOpenings = "login_validator_platform_breaker_openings_total"
        static let appBreakerOpen = "login_validator_app_breaker_open"
        static let appBreakerOpenings = "login_validator_app_breaker_openings_total"
        static let guardTripped = "login_validator_guard_tripped"
        static let guardTrips = "login_validator_guard_trips_total"
        static let guardReleases = "login_validator_guard_releases_total"
        static let withheldKicks = "login_validator_guard_withheld_kicks"
        static let surgeScore = "login_validator_guard_surge_score"
        static let waitingEvents = "login_validator_waiting_events"
        static let lag = "login_validator_consumer_lag"
        static let ready = "login_validator_ready"
    }

    /// The HELP texts and the buckets; what ``PrometheusRegistry`` knows unless told otherwise.
    package static let descriptions: [MetricDescription] = [
        MetricDescription(Name.decisions, "Decisions made, by decision and reason."),
        MetricDescription(
            Name.failedAttempts,
            "Attempts that brought no answer from the platform, by kind of failure."
        ),
        MetricDescription(Name.retries, "Attempts that will be made again after a back-off."),
        MetricDescription(
            Name.unexpectedStatuses,
            "Answers that point at this service's configuration or the network, by HTTP status."
        ),
        MetricDescription(Name.trailFailures, "Reads and writes that the audit trail refused."),
        MetricDescription(Name.publicationFailures, "Publications to Kafka that did not take place."),
        MetricDescription(Name.supersededEntries, "Recorded decisions that another instance made instead."),
        MetricDescription(
            Name.recordsDeliveredBefore,
            "Records that Kafka delivered again after the entries of their decisions were removed."
        ),
        MetricDescription(Name.stalls, "Standstills of consumption that nothing known explained, by cause."),
        MetricDescription(
            Name.platformLatency,
            "Time from sending a request to the end of its answer, of each decision's last attempt.",
            buckets: .latency
        ),
        MetricDescription(
            Name.decisionLatency,
            "Time from a record's timestamp to its decision.",
            buckets: .waiting
        ),
        MetricDescription(Name.cycleRecords, "Records committed by one cycle.", buckets: .sizes),
        MetricDescription(Name.cycleDuration, "Time of one commit cycle, trail and Kafka.", buckets: .latency),
        MetricDescription(Name.assignedPartitions, "Partitions assigned to this instance."),
        MetricDescription(Name.heldRecords, "Records received and not yet committed."),
        MetricDescription(Name.runningAttempts, "Requests to the platform under way."),
        MetricDescription(Name.waitingRetries, "Records that wait for their next attempt."),
        MetricDescription(Name.undeliveredDecisions, "Decisions that wait for a commit cycle."),
        MetricDescription(Name.isHeld, "1 while the commit cycle waits because the trail or Kafka refused it."),
        MetricDescription(Name.concurrencyLimit, "Requests that may be under way at a time, by platform host."),
        MetricDescription(Name.hostAttempts, "Requests under way, by platform host."),
        MetricDescription(
            Name.hostBreakerOpen,
            "1 while no request but single probes goes to the platform host, because it does not answer."
        ),
        MetricDescription(Name.hostBreakerOpenings, "Times that a platform host stopped answering, by host."),
        MetricDescription(
            Name.appBreakerOpen,
            "1 while the app cannot be validated although its host answers, and only single probes go out."
        ),
        MetricDescription(Name.appBreakerOpenings, "Times that an app could not be validated any more, by app."),
        MetricDescription(Name.guardTripped, "1 while the mass-kick guard holds the app."),
        MetricDescription(Name.guardTrips, "Trips of mass-kick guards, by cause."),
        MetricDescription(Name.guardReleases, "Releases of mass-kick guards, by who or what released them."),
        MetricDescription(Name.withheldKicks, "Kicks of the app that are not final yet."),
        MetricDescription(Name.surgeScore, "Kicks of the app beyond the expected; GUARD_SURGE_KICKS of them trip."),
        MetricDescription(Name.waitingEvents, "Events of the app that wait for an attempt."),
        MetricDescription(Name.lag, "Records between the last consumed one and the end of the partition."),
        MetricDescription(Name.ready, "1 while every readiness condition holds."),
    ]
}
