import AuditTrail
import LoginContracts
import Testing

@testable import AuditConsole

/// How a search's parameters become a query.
@Suite struct EntriesQuestionTests {
    static let everyFilter = [
        "player=p%201", "app=900100", "session=s+2", "event=e%2B3", "decision=kick", "decision=lockout",
        "reason=tokenInvalid", "status=401", "status=463", "fingerprint=" + String(repeating: "0aF9", count: 16),
        "from=2026-01-31T09:30:00Z", "to=2026-01-31T10:30:00.5%2B01:00", "cluster=c", "topic=t", "partition=3",
        "offset=9223372036854775807", "kind=validation", "kind=delivery", "after=77", "limit=200",
    ].joined(separator: "&")

    @Test func everyFilterOfAQueryCanBeAskedFor() throws {
        let question = try EntriesQuestion(Self.everyFilter)
        var query = TrailQuery()
        query.playerId = "p 1"
        query.kgAppId = "900100"
        query.sessionId = "s 2"
        query.eventID = "e+3"
        query.decisions = [.kick, .lockout]
        query.reasons = [.tokenInvalid]
        query.statuses = [401, 463]
        query.tokenFingerprint = Array(repeatElement([0x0A, 0xF9], count: 16).joined())
        query.from = Timestamp(rfc3339: "2026-01-31T09:30:00Z")
        query.to = Timestamp(rfc3339: "2026-01-31T09:30:00.5Z")
        query.clusterID = "c"
        query.topic = "t"
        query.partition = 3
        query.offset = .max
        query.kinds = [.validation, .delivery]
        query.after = 77
        query.limit = 200
        query.maximumScan = TrailQuery.maximumScanOfIndexedAnswer
        #expect(question.query == query)
        #expect(question.question["decision"] == "kick,lockout")
        #expect(question.question.count == 17)
    }

    @Test func nothingAskedForIsTheNewestPage() throws {
        for text in [nil, ""] {
            let question = try EntriesQuestion(text)
            #expect(question.query.limit == 50)
            #expect(question.query.kinds == [.validation, .service])
            #expect(question.query.maximumScan == TrailQuery.maximumScanOfAnswer)
            #expect(question.question.isEmpty)
        }
    }

    @Test func aCountIsOfTheLastDayUnlessAskedOtherwise() throws {
        let now = Timestamp(1_790_000_000_000)
        let question = try SeriesQuestion(nil, now: now)
        #expect(question.from == Timestamp(1_790_000_000_000 - 86_400_000))
        #expect(question.to == now)
        #expect(question.span == .hour)
    }

    @Test(arguments: [
        ("from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", "from"),
        ("from=2026-01-01T00:00:00Z&to=2026-01-03T00:00:00Z&span=minute", "span"),
        ("from=0000-01-01T00:00:00Z&to=9999-01-01T00:00:00Z&span=day", "span"),
        ("span=second", "span"), ("span=hour&span=day", "span"), ("limit=3", "query"),
        ("to=0000-01-01T00:00:00Z&span=x", "span"),
    ])
    func aCountIsBounded(_ text: String, _ field: String) {
        let problem = #expect(throws: Problem.self) { try SeriesQuestion(text, now: Timestamp(0)) }
        #expect(problem?.field == field)
    }
}
