import AuditTrail

/// A page of a search.
struct EntriesAnswer: Encodable, Sendable {
    var entries: [EntryDocument]
    /// What to ask for next, as `after`; nothing when this page is the last.
    var nextAfter: Int64?
    /// Whether the page ended because enough entries were looked at, not because enough were found.
    var isCut: Bool
}

extension ConsoleAPI {
    func entries(_ question: EntriesQuestion, who: String) throws -> EntriesAnswer {
        let page = try self.reader.entries(question.query)
        try self.record(.searched, question.question, entries: page.entries.count, who: who)
        return EntriesAnswer(
            entries: page.entries.map { EntryDocument($0) },
            nextAfter: page.nextAfter,
            isCut: page.nextAfter != nil && page.entries.count < question.query.limit
        )
    }
}
