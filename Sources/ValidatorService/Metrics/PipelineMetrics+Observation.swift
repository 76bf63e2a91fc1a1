import CoreMetrics
package import LoginContracts
package import ValidationPipeline

extension PipelineMetrics {
    /// Counts what happened in the engine.
    package func observe(_ notice: PipelineNotice) {
        switch notice {
        case .decided(let record):
            let entry = record.entry
            self.decisions[DecisionLabels(decision: entry.decision, reason: entry.reason)].increment()
            if let latency = entry.platformLatency { self.platformLatency.record(latency) }
            if let written = record.login.record.timestamp {
                // Clocks of two hosts: a record from the future counts as no wait at all.
                self.decisionLatency.record(max(.zero, entry.recordedAt.duration(since: written)))
            }
        case .attemptFailed(let failure, _):
            self.failedAttempts[failure.kind].increment()
        case .unexpectedStatus(let status, _):
            self.unexpectedStatuses[status].increment()
        case .willRetry:
            self.retries.increment()
        case .trailFailed:
            self.trailFailures.increment()
        case .publicationFailed:
            self.publicationFailures.increment()
        case .cycleCompleted(let records, let duration):
            self.cycleRecords.record(records)
            self.cycleDuration.record(duration)
        case .superseded(let entries):
            self.supersededEntries.increment(by: entries)
        case .deliveredBefore(let records):
            self.recordsDeliveredBefore.increment(by: records)
        case .hostAvailability(let host, let isAvailable):
            if !isAvailable { self.hostBreakerOpenings[host].increment() }
        case .appAvailability(let kgAppId, let isAvailable):
            if !isAvailable { self.appBreakerOpenings[kgAppId].increment() }
        case .guardChanged(let transition):
            switch transition.change {
            case .tripped: self.guardTrips[transition.cause].increment()
            case .released(let release): self.guardReleases[release].increment()
            }
        }
    }

    /// Counts a standstill.
    package func observe(_ stall: Stall) {
        self.stalls[stall.cause.name].increment()
    }

    /// Shows what the engine holds.
    package func update(_ gauges: PipelineGauges) {
        self.assignedPartitions.set(gauges.assignedPartitions)
        self.heldRecords.set(gauges.heldRecords)
        self.runningAttempts.set(gauges.runningAttempts)
        self.waitingRetries.set(gauges.waitingRetries)
        self.undeliveredDecisions.set(gauges.undeliveredDecisions)
        self.isHeld.set(gauges.isHeld ? 1 : 0)
        for host in gauges.hosts {
            self.concurrencyLimits[host.name].set(host.concurrencyLimit)
            self.hostAttempts[host.name].set(host.runningAttempts)
            self.hostBreakers[host.name].set(host.breaker.isClosed ? 0 : 1)
        }
        for app in gauges.apps {
            self.appBreakers[app.kgAppId].set(app.breaker.isClosed ? 0 : 1)
            self.trippedGuards[app.kgAppId].set(app.massKickGuard.isTripped ? 1 : 0)
            self.withheldKicks[app.kgAppId].set(app.withheldKicks)
            self.surgeScores[app.kgAppId].set(app.surgeScore)
            self.waitingEvents[app.kgAppId].set(app.waitingEvents)
        }
    }

    /// Shows how far a partition's consumption is behind its end, in records.
    package func setLag(_ lag: Int64, topic: String, partition: Int32) {
        self.lags[SourcePartition(topic: topic, partition: partition)].set(lag)
    }

    /// Shows no lag any more for partitions that are not in `assigned`: their new owner does.
    package func removeLags(except assigned: Set<SourcePartition>) {
        for lag in self.lags.removeAll(where: { !assigned.contains($0) }) { lag.destroy() }
    }
}

extension CoreMetrics.Timer {
    /// Records whole nanoseconds; what is too long for them, centuries, counts as the longest.
    fileprivate func record(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let (nanoseconds, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        self.recordNanoseconds(overflow ? .max : nanoseconds + attoseconds / 1_000_000_000)
    }
}
