import LoginContracts
import Testing

/// What the encoder writes is read again, and what others write is told apart from it.
@Suite struct OutcomeDecoderTests {
    static func record(_ outgoing: OutgoingRecord) -> SourceRecord {
        SourceRecord(
            partition: SourcePartition(topic: "login.outcomes", partition: 0),
            offset: 5,
            timestamp: nil,
            key: outgoing.key,
            value: outgoing.value,
            headers: outgoing.headers
        )
    }

    @Test(arguments: OutcomeEncoder.Mode.allCases, [Decision.kick, .lockout, .pass])
    func outcomeIsReadAsItWasWritten(mode: OutcomeEncoder.Mode, decision: Decision) throws {
        let entry = ValidationEntry.example(decision: decision)
        let outcome = try OutcomeDecoder().decode(Self.record(try OutcomeEncoderTests.record(entry, mode: mode)))
        #expect(
            outcome
                == PublishedOutcome(
                    id: entry.identity.outcomeID,
                    decision: decision,
                    reason: entry.reason,
                    playerId: entry.playerId,
                    decidedAt: entry.recordedAt,
                    auditIndex: 7,
                    source: entry.identity.partition,
                    sourceOffset: entry.identity.offset
                )
        )
    }

    /// A change to a good outcome, and a word of what is said about it.
    static let defects: [(name: String, change: @Sendable (inout SourceRecord) -> Void, why: String)] = [
        ("no value", { $0.value = nil }, "no value"), ("an empty value", { $0.value = [] }, "not the data"),
        ("no JSON", { $0.value = Array("kick them all".utf8) }, "not the data"),
        ("invalid UTF-8", { $0.value = [0x7B, 0xFF, 0xFE, 0x7D] }, "not the data"),
        ("another program's JSON", { $0.value = Array("{\"kick\":true}".utf8) }, "not the data"),
        ("deep JSON", { $0.value = Array(String(repeating: "[", count: 100_000).utf8) }, "not the data"),
        (
            "a large value", { $0.value = [UInt8](repeating: 0x20, count: OutcomeDecoder.maximumValueBytes + 1) },
            "more than"
        ),
        ("no id", { $0.headers.removeAll { $0.name == "ce_id" } }, "id"),
        ("another id", { $0.headers.append(.init("ce_id", "1234")) }, "id"),
        ("an id in large letters", { $0.headers.append(.init("ce_id", String(repeating: "A", count: 32))) }, "id"),
        ("another type", { $0.headers.append(.init("ce_type", "login.pass.v1")) }, "type"),
        ("no headers", { $0.headers = [] }, "id"),
        ("a word it does not know", { Self.replace("tokenInvalid", "becauseIsaid", &$0) }, "not the data"),
        ("an offset below 0", { Self.replace("\"offset\":", "\"offset\":-", &$0) }, "place"),
        ("a partition below 0", { Self.replace("\"partition\":", "\"partition\":-1", &$0) }, "place"),
        ("a huge partition", { Self.replace("\"partition\":", "\"partition\":99999999999", &$0) }, "not the data"),
        ("no time", { Self.replace("\"decidedAt\":\"2", "\"decidedAt\":\"x2", &$0) }, "decidedAt"),
        ("a batch", { $0.headers = [.init("content-type", "application/cloudevents-batch+json")] }, "structured"),
    ]

    static func replace(_ old: String, _ new: String, _ record: inout SourceRecord) {
        let text = String(decoding: record.value ?? [], as: UTF8.self)
        precondition(text.contains(old), "\(text)")
        record.value = Array(text.replacing(old, with: new).utf8)
    }

    @Test(arguments: Self.defects.indices) func whatIsNoOutcomeIsToldAndNotQuoted(_ place: Int) throws {
        let entry = ValidationEntry.example(decision: .kick, reason: .tokenInvalid)
        var record = Self.record(try OutcomeEncoderTests.record(entry))
        Self.defects[place].change(&record)
        let defect = #expect(throws: OutcomeDefect.self) { try OutcomeDecoder().decode(record) }
        #expect(defect?.description.contains(Self.defects[place].why) == true, "\(Self.defects[place].name): \(defect)")
    }
}
