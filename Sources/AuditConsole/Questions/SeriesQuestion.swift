import AuditTrail
import LoginContracts

/// A count over time, read from `/api/series?…`.
struct SeriesQuestion {
    let query: TrailQuery
    let span: Span
    let from: Timestamp
    let to: Timestamp
    /// For the access log.
    let question: [String: String]

    /// What is counted when nothing else is asked for: the time before now.
    static let standardPeriod: Duration = .seconds(24 * 3600)
    private static let names = TrailQuery.filterNames + ["span", "after"]

    enum Span: String, CaseIterable {
        case minute, hour, day

        var duration: Duration {
            switch self {
            case .minute: .seconds(60)
            case .hour: .seconds(3600)
            case .day: .seconds(86_400)
            }
        }
    }

    init(_ text: String?, now: Timestamp) throws(Problem) {
        var parameters = try QueryParameters(text)
        var query = try TrailQuery(filters: &parameters)
        let spans: Set<Span> = try parameters.choices("span")
        guard spans.count <= 1 else { throw .parameter("span", must: "be there once") }
        try parameters.finish(knowing: Self.names)
        self.span = spans.first ?? .hour
        self.to = query.to ?? now
        self.from = query.from ?? self.to.advanced(by: .zero - Self.standardPeriod)
        guard self.from < self.to else { throw .parameter("from", must: "be before to") }
        let maximum = TrailSeries.maximumSpans
        guard self.to.duration(since: self.from) <= self.span.duration * maximum else {
            throw .parameter("span", must: "be so long that at most \(maximum) fit between from and to")
        }
        query.from = self.from
        query.to = self.to
        self.query = query
        self.question = parameters.question
    }
}
