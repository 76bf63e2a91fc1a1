import AuditTrail
import LoginContracts

/// Counts over time.
struct SeriesAnswer: Encodable, Sendable {
    var from: String
    var to: String
    /// `minute`, `hour` or `day`, in UTC.
    var span: String
    var counts: [Count]
    /// Entries that were looked at.
    var lookedAt: Int64
    /// Where to count on, as `after`; nothing when everything was counted.
    var nextAfter: Int64?

    struct Count: Encodable, Sendable {
        /// When the span begins.
        var at: String
        var decision: String
        var reason: String?
        var count: Int64
    }
}

extension ConsoleAPI {
    func series(_ question: SeriesQuestion, who: String) throws -> SeriesAnswer {
        let series = try self.reader.series(question.query, span: question.span.duration)
        try self.record(.counted, question.question, entries: 0, who: who)
        return SeriesAnswer(
            from: question.from.description,
            to: question.to.description,
            span: question.span.rawValue,
            counts: series.counts
                .map { key, count in
                    SeriesAnswer.Count(
                        at: key.start.description,
                        decision: key.decision.rawValue,
                        reason: key.reason?.rawValue,
                        count: count
                    )
                }
                .sorted { ($0.at, $0.decision, $0.reason ?? "") < ($1.at, $1.decision, $1.reason ?? "") },
            lookedAt: series.lookedAt,
            nextAfter: series.nextAfter
        )
    }
}
