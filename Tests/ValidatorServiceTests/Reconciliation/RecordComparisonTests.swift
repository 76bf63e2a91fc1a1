import AuditTrail
import Foundation
import LoginContracts
import Testing
import ValidationPipeline

@testable import ValidatorService

/// The judgement, without trails and without Kafka.
struct RecordComparisonTests {
    /// What stands in the trails and topics, and what is to be found.
    struct Case: CustomTestStringConvertible, Sendable {
        var name: String
        var entries: [Entry] = []
        var published: [Published] = []
        /// Offsets of the login events that are records; others are markers, or were removed.
        var records: Set<Int64> = Set(0..<100)
        var committed: Int64? = 10
        var open: [Int64]?
        var first: Int64 = 0
        var isCutOff = false
        var since: Int64?
        /// As ``RecordComparisonTests/text(_:)`` has them.
        var expected: [String] = []
        var notYet: Int64 = 0
        var superseded: Int64 = 0
        var gone: Int64 = 0
        var older: Int64 = 0

        var testDescription: String { self.name }
    }

    struct Entry: Sendable {
        var offset: Int64
        var trail = 0
        var index: Int64?
        var decision = Decision.pass
        var player: String? = "p"
        var delivery: EntryDelivery.State? = .committed
        var deliveryIndex: Int64 = 500
        /// What the record holds, when it is another than usual.
        var content = ""

        var reason: DecisionReason? {
            switch self.decision {
            case .pass: nil
            case .kick: .tokenInvalid
            case .lockout: .lockedOut
            case .rejected: .malformed
            case .undetermined: .platformUnavailable
            case .stale: .tooOld
            }
        }
    }

    struct Published: Sendable {
        var offset: Int64
        var disposition: DeadLetter.Disposition?
        var decision = Decision.kick
        var reason: DecisionReason? = .tokenInvalid
        var player: String? = "p"
        var index: Int64?
        var content = ""
        var isWhole = true
    }

    static let partition = SourcePartition(topic: "login.events", partition: 3)

    static func identity(_ offset: Int64, _ content: String) -> RecordIdentity {
        let record = SourceRecord(
            partition: Self.partition,
            offset: offset,
            timestamp: Timestamp(offset),
            key: nil,
            value: Array(content.utf8)
        )
        return RecordIdentity(of: record, clusterID: "cluster")
    }

    /// Passes at all these offsets, committed.
    static func passes(_ offsets: some Sequence<Int64>, trail: Int = 0) -> [Entry] {
        offsets.map { Entry(offset: $0, trail: trail) }
    }

    static let cases: [Case] = [
        Case(name: "nothing at all", records: [], committed: nil),
        Case(name: "all is well", entries: Self.passes(0..<10)),
        Case(
            name: "one record is missing",
            entries: Self.passes([0, 1, 2, 4, 5, 6, 7, 8, 9]),
            expected: ["missingEntry 3"]
        ),
        Case(
            name: "neighbours are one finding",
            entries: Self.passes([0, 1, 5, 6, 9]),
            expected: ["missingEntry 2..4", "missingEntry 7..8"]
        ),
        Case(name: "the last is missing", entries: Self.passes(0..<9), expected: ["missingEntry 9"]),
        Case(name: "no entry at all", expected: ["missingEntry 0..9"]),
        Case(
            name: "markers, aborted and compacted records are no gaps",
            entries: Self.passes([0, 2, 3, 7]),
            records: [0, 2, 3, 7],
            expected: []
        ),
        Case(
            name: "a marker between two missing records",
            entries: Self.passes([0]),
            records: [0, 1, 2, 4, 5],
            committed: 6,
            expected: ["missingEntry 1..2", "missingEntry 4..5"]
        ),
        Case(name: "before the trails begin nothing is missing", entries: Self.passes(5..<10), first: 5),
        Case(
            name: "what is not committed yet is no fault",
            entries: Self.passes(0..<10) + [Entry(offset: 10, delivery: nil), Entry(offset: 12, delivery: nil)],
            notYet: 2
        ),
        Case(
            name: "nothing is committed",
            entries: [Entry(offset: 4, decision: .kick, delivery: nil)],
            committed: nil,
            notYet: 1
        ),
        Case(
            name: "records complete beyond the committed offset count, unfinished ones do not",
            entries: Self.passes([0, 1, 2, 3, 5, 9]),
            committed: 4,
            open: [4, 7],
            expected: ["missingEntry 6", "missingEntry 8"]
        ),
        Case(
            name: "an entry in doubt",
            entries: Self.passes(0..<9) + [Entry(offset: 9, delivery: nil)],
            expected: ["entryInDoubt 9 0:9"]
        ),
        Case(
            name: "a kick and its outcome",
            entries: [Entry(offset: 0, decision: .kick)],
            published: [Published(offset: 0)],
            committed: 1
        ),
        Case(
            name: "a kick without its outcome",
            entries: [Entry(offset: 0, decision: .kick)],
            committed: 1,
            expected: ["missingOutcome 0 0:0"]
        ),
        Case(
            name: "an outcome that was deleted since",
            entries: [Entry(offset: 0, decision: .kick)],
            committed: 1,
            since: 1_000_000,
            gone: 1
        ),
        Case(
            name: "an outcome that cannot have been deleted",
            entries: [Entry(offset: 0, decision: .kick)],
            committed: 1,
            since: 0,
            expected: ["missingOutcome 0 0:0"]
        ),
        Case(
            name: "a mark younger than the look at the topics says nothing about them",
            entries: [Entry(offset: 0, decision: .kick, deliveryIndex: 1000)],
            committed: 1
        ),
        Case(
            name: "a kick in doubt whose outcome is there, and one whose is not",
            entries: [
                Entry(offset: 0, decision: .kick, delivery: nil), Entry(offset: 1, decision: .kick, delivery: nil),
            ],
            published: [Published(offset: 0)],
            committed: 2,
            expected: ["entryInDoubt 0 0:0 It was.", "entryInDoubt 1 0:1 Its outcome is not in the topic."]
        ),
        Case(
            name: "two outcomes, then a third",
            entries: [Entry(offset: 0, decision: .kick)],
            published: [Published(offset: 0), Published(offset: 0), Published(offset: 0)],
            committed: 1,
            expected: ["doubleOutcome 0 0:0 @1", "doubleOutcome 0 0:0 @2"]
        ),
        Case(
            name: "an outcome nobody decided",
            entries: Self.passes(0..<10),
            published: [Published(offset: 20)],
            expected: ["outcomeWithoutEntry 20 @0"]
        ),
        Case(
            name: "an outcome of another record of that place",
            entries: Self.passes(0..<10),
            published: [Published(offset: 4, content: "other")],
            expected: ["outcomeWithoutEntry 4 0:4 @0"]
        ),
        Case(
            name: "an outcome from before removed segments",
            entries: Self.passes(5..<10),
            published: [Published(offset: 2)],
            first: 5,
            isCutOff: true,
            older: 1
        ),
        Case(
            name: "an outcome that says something else",
            entries: [Entry(offset: 0, decision: .lockout), Entry(offset: 1, decision: .kick)],
            published: [Published(offset: 0), Published(offset: 1, player: "q", index: 5)],
            committed: 2,
            expected: [
                "differingOutcome 0 0:0 @0 the decision and the reason",
                "differingOutcome 1 0:1 @1 the entry's number and the player",
            ]
        ),
        Case(
            name: "a kick for a pass",
            entries: [Entry(offset: 0)],
            published: [Published(offset: 0)],
            committed: 1,
            expected: ["differingOutcome 0 0:0 @0 the decision and the reason"]
        ),
        Case(
            name: "a pass may be published",
            entries: [Entry(offset: 0)],
            published: [Published(offset: 0, decision: .pass, reason: nil)],
            committed: 1
        ),
        Case(
            name: "a dead letter and its entry",
            entries: [Entry(offset: 0, decision: .rejected), Entry(offset: 1, decision: .undetermined)],
            published: [
                Published(offset: 0, disposition: .malformed),
                Published(offset: 1, disposition: .undetermined, isWhole: false),
            ],
            committed: 2
        ),
        Case(
            name: "dead letters gone wrong",
            entries: [
                Entry(offset: 0, decision: .rejected), Entry(offset: 1, decision: .stale),
                Entry(offset: 2, decision: .stale), Entry(offset: 3),
            ],
            published: [
                Published(offset: 0, disposition: .stale), Published(offset: 1, disposition: .stale),
                Published(offset: 1, disposition: .stale, isWhole: false), Published(offset: 3, disposition: .stale),
                Published(offset: 4, disposition: .malformed),
                Published(offset: 4, disposition: .stale, isWhole: false),
            ],
            committed: 4,
            expected: [
                "differingDeadLetter 0 0:0 @0 the decision", "doubleDeadLetter 1 0:1 @2", "missingDeadLetter 2 0:2",
                "differingDeadLetter 3 0:3 @3 the decision", "deadLetterWithoutEntry 4 @4",
                "deadLetterWithoutEntry 4 @5",
            ]
        ),
        Case(
            name: "an outcome does for no dead letter",
            entries: [Entry(offset: 0, decision: .rejected)],
            published: [Published(offset: 0)],
            committed: 1,
            expected: ["differingOutcome 0 0:0 @0 the decision and the reason", "missingDeadLetter 0 0:0"]
        ),
        Case(
            name: "the partition went to another instance in the middle",
            entries: [
                Entry(offset: 0, trail: 0, index: 7, decision: .kick, delivery: .superseded),
                Entry(offset: 0, trail: 1, index: 3, decision: .kick),
            ],
            published: [Published(offset: 0, index: 3)],
            committed: 1,
            superseded: 1
        ),
        Case(
            name: "the instance that decided is left out",
            entries: [Entry(offset: 0, decision: .kick, delivery: .superseded)],
            published: [Published(offset: 0)],
            committed: 1,
            expected: ["outcomeWithoutEntry 0 0:0 @0", "missingEntry 0"],
            superseded: 1
        ),
        Case(
            name: "the other instance has not marked its entry yet",
            entries: [
                Entry(offset: 0, trail: 0, index: 7, decision: .kick, delivery: nil),
                Entry(offset: 0, trail: 1, index: 3, decision: .kick),
            ],
            published: [Published(offset: 0, index: 3)],
            committed: 1,
            expected: ["entryInDoubt 0 0:7 Entry 3 of trail 2 was."]
        ),
        Case(
            name: "decided twice",
            entries: [
                Entry(offset: 0, trail: 0, index: 7, decision: .kick),
                Entry(offset: 0, trail: 1, index: 3, decision: .kick),
                Entry(offset: 1, trail: 0, index: 8, delivery: nil),
                Entry(offset: 1, trail: 1, index: 4, delivery: nil),
                Entry(offset: 2, trail: 0, index: 9, delivery: nil),
                Entry(offset: 2, trail: 1, index: 5, delivery: nil),
            ],
            published: [Published(offset: 0, index: 7), Published(offset: 0, index: 3)],
            committed: 2,
            expected: [
                "doubleOutcome 0 0:7 @1", "doubleEntry 0 1:3 Entry 7 of trail 1",
                "doubleEntry 1 1:4 Entry 8 of trail 1",
                "entryInDoubt 1 0:8", "entryInDoubt 1 1:4",
            ],
            notYet: 2
        ),
        Case(
            name: "a topic that was made anew is no double",
            entries: [Entry(offset: 0, index: 0, content: "old"), Entry(offset: 0, index: 9, decision: .kick)],
            published: [Published(offset: 0, index: 9)],
            committed: 1
        ),
    ]

    @Test(arguments: Self.cases) func findingsAreWhatStandsThere(_ item: Case) {
        let report = Self.report(of: item)
        let found = report.findings.map(Self.text)
        #expect(found.count == item.expected.count, "\(found)")
        for (found, expected) in zip(found, item.expected) { #expect(found.hasPrefix(expected), "\(found)") }
        #expect(report.agrees == item.expected.isEmpty)
        #expect(report.entriesNotYetCommitted == item.notYet)
        #expect(report.supersededEntries == item.superseded)
        #expect(report.noLongerInTheTopic == item.gone)
        #expect(report.olderThanTheTrails == item.older)
        #expect(report.entries == Int64(item.entries.count))
        #expect(report.omitted == 0)
    }

    /// However many findings there are, the counts are right and few are kept.
    @Test func findingsAreBoundedAndCountsAreNot() {
        var item = Case(name: "many", committed: 1000)
        item.records = Set((0..<1000).filter { $0 % 4 != 0 })
        item.entries = (1000..<1100).map { Entry(offset: $0) }
        item.published = (0..<300).map { Published(offset: $0) }
        let report = Self.report(of: item, limit: 5)
        #expect(report.counts == [.missingEntry: 750, .outcomeWithoutEntry: 300])
        #expect(report.findings.count { $0.kind == .missingEntry } == 5)
        #expect(report.findings.count { $0.kind == .outcomeWithoutEntry } == 5)
        #expect(report.omitted == 750 - 15 + 295)
    }

    // MARK: What runs a case

    static func report(of item: Case, limit: Int = 100) -> ReconciliationReport {
        let end = (item.committed ?? 0) + (item.open == nil ? 0 : 6)
        var comparison = RecordComparison(
            RecordComparison.Scope(
                partition: Self.partition,
                clusterID: "cluster",
                committed: item.committed,
                progress: item.open.map { CommittedProgress(open: $0, end: end, trailID: "t", nextIndex: 0) },
                first: item.first,
                isCutOff: item.isCutOff,
                knownEntries: [1000, 1000],
                outcomesSince: item.since.map { Timestamp($0) },
                deadLettersSince: item.since.map { Timestamp($0) }
            ),
            report: ReconciliationReport(limit: limit)
        )
        let published = item.published.enumerated().map { Self.record($0.element, place: Int64($0.offset)) }
        for offset in Set(item.entries.map(\.offset) + item.published.map(\.offset)).sorted() {
            comparison.begin(offset, item.entries.filter { $0.offset == offset }.map(Self.candidate))
            for record in published where record.sourceOffset == offset { comparison.published(record) }
            comparison.end(offset)
        }
        comparison.finish()
        for gap in comparison.takeGaps() {
            for offset in gap where item.records.contains(offset) { comparison.exists(offset) }
        }
        comparison.reportMissing()
        #expect(comparison.gaps.isEmpty)
        return comparison.report
    }

    private static func candidate(_ entry: Entry) -> RecordComparison.Candidate {
        RecordComparison.Candidate(
            trail: entry.trail,
            record: TrailRecord(
                index: entry.index ?? entry.offset,
                offset: entry.offset,
                digest: Self.identity(entry.offset, entry.content).digest,
                recordedAt: Timestamp(1000 + entry.offset),
                decision: entry.decision,
                reason: entry.reason,
                playerId: entry.player,
                delivery: entry.delivery,
                deliveryIndex: entry.delivery.map { _ in entry.deliveryIndex }
            )
        )
    }

    private static func record(_ published: Published, place: Int64) -> PublishedRecord {
        let identity = Self.identity(published.offset, published.content)
        let content: PublishedRecord.Content
        if let disposition = published.disposition {
            content = .deadLetter(
                digest: published.isWhole ? PublishedRecord.Bits128(identity.digest.bytes) : nil,
                disposition: disposition
            )
        } else {
            content = .outcome(
                id: PublishedRecord.Bits128(hexadecimal: identity.outcomeID) ?? .init(high: 0, low: 0),
                decision: published.decision,
                reason: published.reason,
                player: PublishedRecord.tag(ofPlayer: published.player),
                auditIndex: published.index ?? published.offset
            )
        }
        return PublishedRecord(
            sourcePartition: Self.partition.partition,
            sourceOffset: published.offset,
            partition: 0,
            offset: place,
            content: content
        )
    }

    /// Kind, offsets, entry as `trail:index`, place as `@offset`, and the end of the message.
    private static func text(_ finding: ReconciliationFinding) -> String {
        var text = finding.kind.rawValue
        if let record = finding.record { text += " " + (record.description.split(separator: "/").last ?? "") }
        if let entry = finding.entry { text += " \(entry.trail):\(entry.index ?? -1)" }
        if let published = finding.published { text += " @\(published.offset)" }
        for marker in ["differs from the entry in ", "was published. "] {
            if let range = finding.message.range(of: marker) { text += " " + finding.message[range.upperBound...] }
        }
        if finding.kind == .doubleEntry { text += " " + finding.message }
        return text
    }
}
