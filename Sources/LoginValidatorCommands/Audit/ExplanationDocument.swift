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
        if self.explanation.runs > 1 {
            lines.append(
                "The statement runs for each of \(self.explanation.runs) segments of the index over players, newest first, "
                    + "until the page is full; the last parameter is the segment's number."
            )
        }
        lines += ["", "Plan:"] + self.explanation.plan.map { "  \($0)" }
        lines += ["", "Statement:"] + self.explanation.sql.split(separator: "\n").map { "  \($0)" }
        lines += ["", "Parameters:"]
        lines += zip(1..., self.explanation.parameters).map { "  \($0): \($1)" }
        return lines.map { Terminal.printable($0) + "\n" }.joined()
    }
}
