package import LoginContracts

/// How many decisions fell into each span of time.
package struct TrailSeries: Hashable, Sendable {
    /// Only those that are not 0.
    package var counts: [Key: Int64] = [:]
    /// Entries that were looked at, whether they met the query or not.
    package var lookedAt: Int64 = 0
    /// What to put into ``TrailQuery/after`` to count on; `nil` when everything was counted.
    package var nextAfter: Int64?

    package struct Key: Hashable, Sendable {
        /// Where the span begins: a multiple of its length since 1970.
        package var start: Timestamp
        package var decision: Decision
        package var reason: DecisionReason?

        package init(start: Timestamp, decision: Decision, reason: DecisionReason?) {
            self.start = start
            self.decision = decision
            self.reason = reason
        }
    }

    /// The most spans between a query's two times.
    package static let maximumSpans: Int64 = 1500
}
