import AuditTrail

/// How a query is answered, for people.
struct ExplanationDocument {
    private let explanation: QueryExplanation

    init(_ explanation: QueryExplanation) {
        self.explanation = explanation
    }

    var text: String {
        var lines: [String]
        if let indices = self.explanation.indices {
            let count = indices.upperBound - indices.lowerBound + 1
            lines = ["Entries \(indices.lowerBound) to \(indices.upperBound) can match: \(count)."]
        } else {
            lines = ["No entry can match."]
        }
        if self.explanation.files > 1 {
            lines.append(
                "That is in the newest of \(self.explanation.files) files that may have matches; "
                    + "the others are asked one after the other until the page is full."
            )
        }
        if self.explanation.runs > 1 {
            lines.append(
                "The statement runs for each of \(self.explanation.runs) blocks of the index over players, newest first, "
                    + "until the page is full; the last parameter is the block's number."
            )
        }
        lines += ["", "Plan:"] + self.explanation.plan.map { "  \($0)" }
        lines += ["", "Statement:"] + self.explanation.sql.split(separator: "\n").map { "  \($0)" }
        lines += ["", "Parameters:"]
        lines += zip(1..., self.explanation.parameters).map { "  \($0): \($1)" }
        return lines.map { Terminal.printable($0) + "\n" }.joined()
    }
}
