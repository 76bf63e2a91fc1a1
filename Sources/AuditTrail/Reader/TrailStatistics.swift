package import LoginContracts

/// Sums over the entries that meet a query.
package struct TrailStatistics: Hashable, Sendable {
    /// Decisions.
    package var validations: Int64 = 0
    package var serviceEntries: Int64 = 0
    package var decisions: [Decision: Int64] = [:]
    package var reasons: [DecisionReason: Int64] = [:]
    /// Decisions by the platform's HTTP status; those without an answer are left out.
    package var statuses: [Int: Int64] = [:]
    /// Decisions by app. An event can claim any app, so only the first ``maximumApps`` that are met have a count here.
    package var apps: [String: Int64] = [:]
    /// Decisions of apps that are not in ``apps``.
    package var otherApps: Int64 = 0
    /// Decisions without an app.
    package var noApp: Int64 = 0
    /// Decisions by the hour they were recorded in, which the key begins.
    package var hours: [Timestamp: Int64] = [:]
    /// Kicks and lockouts by the hour they were recorded in.
    package var kicks: [Timestamp: Int64] = [:]
    /// Calls made to the platform.
    package var attempts: Int64 = 0
    /// Of the decisions that the platform was asked about; `nil` when there are none.
    package var platformLatency: Latency?
    /// The same by decision, reason, app (those in ``apps``) and hour. Percentiles are at most 6.3 % too high.
    package var latencies = Latencies()
    package var committed: Int64 = 0
    package var superseded: Int64 = 0
    /// Decisions without a delivery.
    package var undelivered: Int64 = 0
    /// The earliest and the latest time of an entry; `nil` when there are none.
    package var times: ClosedRange<Timestamp>?

    package static let maximumApps = 1000

    /// How long the platform took, last attempts only. Percentiles are at most 1.6 % too high.
    package struct Latency: Hashable, Sendable {
        package var count: Int64
        package var p50: Duration
        package var p95: Duration
        package var p99: Duration
        package var maximum: Duration
    }

    package struct Latencies: Hashable, Sendable {
        package var decisions: [Decision: Latency] = [:]
        package var reasons: [DecisionReason: Latency] = [:]
        package var apps: [String: Latency] = [:]
        package var hours: [Timestamp: Latency] = [:]
    }

    package init() {}
}
