import AuditTrail

/// A search, read from `/api/entries?…`.
struct EntriesQuestion {
    let query: TrailQuery
    /// For the access log.
    let question: [String: String]

    static let limits: ClosedRange<Int64> = 1...200
    static let standardLimit: Int64 = 50
    private static let names = TrailQuery.filterNames + ["kind", "after", "limit"]

    init(_ text: String?) throws(Problem) {
        var parameters = try QueryParameters(text)
        var query = try TrailQuery(filters: &parameters)
        query.limit = Int(try parameters.integer("limit", in: Self.limits) ?? Self.standardLimit)
        let kinds: Set<Kind> = try parameters.choices("kind")
        query.kinds = kinds.isEmpty ? [.validation, .service] : Set(kinds.map(\.kind))
        try parameters.finish(knowing: Self.names)
        self.query = query
        self.question = parameters.question
    }

    private enum Kind: String, CaseIterable {
        case validation, delivery, service

        var kind: TrailQuery.Kind {
            switch self {
            case .validation: .validation
            case .delivery: .delivery
            case .service: .service
            }
        }
    }
}
