/// What the engine can be told.
package struct PipelineConfiguration: Sendable {
    package var policy = VerdictPolicy()
    package var retry = RetryPolicy()
    package var breaker = CircuitBreaker.Configuration()
    package var limiter = ConcurrencyLimiter.Configuration()
    package var `guard` = MassKickGuard.Configuration()
    /// A ceiling of calls to each platform host, more than 0; `nil` is none.
    package var maximumCallsPerSecond: Double?
    /// Older events are not asked about (by the record's timestamp); `nil` is no limit.
    package var maximumAge: Duration?
    /// Whether a pass is published too.
    package var publishesPasses = false
    /// Whether the page that releases a lockout goes into the outcome.
    package var publishesRedirects = true
    /// Records that one commit cycle takes, at most.
    package var maximumCycleRecords = 2000
    /// The time from the start of a busy cycle to the start of the next, unless enough for a whole one has gathered.
    ///
    /// A cycle costs a disk flush and a Kafka transaction however many records it has, so under load a short wait
    /// makes fewer and larger ones. A lone event never waits.
    package var minimumCycleInterval: Duration = .milliseconds(40)
    /// A cycle is busy when it has at least this many records ...
    package var busyCycleRecords = 32
    /// ... and they came at this rate or faster, in records per second since the cycle before.
    package var busyRecordsPerSecond = 4000
    /// Delivery marks wait this long for a decision to ride with before they are written on their own.
    package var maximumMarkDelay: Duration = .milliseconds(200)
    /// Records that the engine holds over all partitions, beyond which no more are asked for; those already asked for can
    /// exceed it, by ``CommittedProgress/maximumDemand`` a partition.
    package var maximumRecords = 8192
    /// The bytes of their keys and values, at most; records already on their way can exceed it.
    package var maximumRecordBytes = 32 * 1024 * 1024
    package var instanceID: String
    package var policyVersion: String

    package init(instanceID: String, policyVersion: String) {
        self.instanceID = instanceID
        self.policyVersion = policyVersion
    }
}
