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
        case .hostAvailability, .appAvailability, .guardChanged: break
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
