import AuditTrail

/// A request for evidence, read from `/api/evidence?…`.
struct EvidenceQuestion {
    let query: TrailQuery
    /// What was asked, as it stands in the file.
    let question: [String: String]
    /// Why, if it was said.
    let purpose: String?

    static let maximumPurposeLength = 1000
    /// One of these says what the evidence is about.
    private static let subjects = ["player", "session", "event", "fingerprint"]
    /// A page's end is no part of such a question.
    private static let names = TrailQuery.filterNames + ["purpose"]

    init(_ text: String?, requiresPurpose: Bool) throws(Problem) {
        var parameters = try QueryParameters(text)
        self.purpose = try parameters.text("purpose", maximumLength: Self.maximumPurposeLength)
        guard self.purpose != nil || !requiresPurpose else { throw .parameter("purpose", must: "be there") }
        var query = try TrailQuery(filters: &parameters)
        guard query.after == nil else { throw .parameter("query", must: "not hold after") }
        try parameters.finish(knowing: Self.names)
        query.kinds = [.validation]
        self.query = query
        var question = parameters.question
        question["purpose"] = nil
        guard Self.subjects.contains(where: { question[$0] != nil }) else {
            throw .parameter("query", must: "hold one of " + Self.subjects.joined(separator: ", "))
        }
        self.question = question
    }
}
