import Foundation
import LoginContracts
import Testing

/// Keys, headers and bytes of outcome records (CloudEvents Kafka protocol binding).
@Suite struct OutcomeEncoderTests {
    static func record(
        _ entry: ValidationEntry,
        mode: OutcomeEncoder.Mode = .binary,
        event: LoginEvent? = nil
    ) throws -> OutgoingRecord {
        let outcome = Outcome(entry: entry, index: 7, event: event)
        return try OutcomeEncoder(mode: mode, source: "/validator").encode(outcome)
    }

    static func texts(_ record: OutgoingRecord) -> [String: String] {
        Dictionary(
            uniqueKeysWithValues: record.headers.map { ($0.name, String(decoding: $0.value ?? [], as: UTF8.self)) }
        )
    }

    @Test(arguments: [
        (Decision.kick, "login.kick.v1"), (.lockout, "login.lockout.v1"), (.pass, "login.pass.v1"),
    ])
    func binaryHeadersAreTheAttributes(_ decision: Decision, type: String) throws {
        let entry = ValidationEntry.example(decision: decision)
        #expect(
            Self.texts(try Self.record(entry)) == [
                "content-type": "application/json", "ce_specversion": "1.0", "ce_id": entry.identity.outcomeID,
                "ce_source": "/validator", "ce_type": type, "ce_time": "2026-01-31T00:30:00.301Z",
                "ce_subject": "7001234567890", "ce_partitionkey": "7001234567890",
            ]
        )
    }

    @Test(arguments: OutcomeEncoder.Mode.allCases) func keyIsThePlayerElseTheSession(_ mode: OutcomeEncoder.Mode) throws
    {
        let table: [(String?, String?, String?)] = [
            ("p", "s", "p"), ("p", nil, "p"), (nil, "s", "s"), (nil, nil, nil), ("", "s", "s"), ("", nil, nil),
            ("", "", nil),
        ]
        for (player, session, key) in table {
            let entry = ValidationEntry.example(decision: .kick, playerId: player, sessionId: session)
            let record = try Self.record(entry, mode: mode)
            #expect(record.key == key.map { Array($0.utf8) })
            let subject = player == "" ? nil : player
            switch mode {
            case .binary:
                #expect(Self.texts(record)["ce_partitionkey"] == key)
                #expect(Self.texts(record)["ce_subject"] == subject)
            case .structured:
                let envelope = try JSONDecoder().decode(JSONValue.self, from: Data(record.value ?? []))
                #expect(envelope["partitionkey"]?.string == key)
                #expect(envelope["subject"]?.string == subject)
            }
        }
    }

    @Test func traceContextIsCarriedFromTheEvent() throws {
        let headers = [SourceRecord.Header("traceparent", CloudEventTests.trace), .init("tracestate", "a=b")]
        let event = try #require(SourceRecord.login(loginJSON(), headers: headers).event)
        for mode in OutcomeEncoder.Mode.allCases {
            let texts = Self.texts(try Self.record(.example(decision: .kick), mode: mode, event: event))
            #expect(texts["traceparent"] == CloudEventTests.trace)
            #expect(texts["tracestate"] == "a=b")
        }
        #expect(Self.texts(try Self.record(.example(decision: .kick)))["traceparent"] == nil)
    }

    @Test func structuredRecordSaysSoInItsContentType() throws {
        let record = try Self.record(.example(decision: .kick), mode: .structured)
        #expect(Self.texts(record) == ["content-type": "application/cloudevents+json; charset=UTF-8"])
    }

    @Test(arguments: OutcomeEncoder.Mode.allCases)
    func encodingTwiceGivesTheSameBytes(_ mode: OutcomeEncoder.Mode) throws {
        let entry = ValidationEntry.example(decision: .lockout, reason: .lockedOut, lockout: OutcomeSchemaTests.lockout)
        #expect(try Self.record(entry, mode: mode) == Self.record(entry, mode: mode))
    }

    @Test func actionRemovesThePlayerUnlessTheyPass() {
        for decision in Decision.allCases {
            let data = Outcome(entry: .example(decision: decision), index: 0, event: nil).data
            #expect(data.action == (decision == .pass ? .none : .kick))
        }
    }

    @Test func onlyALockoutTellsAboutTheLockout() {
        let redirect = Verdict.Redirect(target: "lockout", url: "https://release.example/not-real")
        for decision in Decision.allCases {
            let entry = ValidationEntry.example(decision: decision, lockout: OutcomeSchemaTests.lockout)
            let data = Outcome(entry: entry, index: 0, event: nil, redirect: redirect).data
            #expect((data.lockout != nil) == (decision == .lockout))
            #expect((data.redirectUri != nil) == (decision == .lockout))
        }
    }

    @Test(arguments: OutcomeEncoder.Mode.allCases) func accessTokenIsInNoOutcome(_ mode: OutcomeEncoder.Mode) throws {
        let event = try #require(SourceRecord.login(loginJSON()).event)
        let record = try Self.record(.example(decision: .kick), mode: mode, event: event)
        #expect(!String(decoding: record.value ?? [], as: UTF8.self).contains("SECRET"))
        #expect(!Self.texts(record).values.contains { $0.contains("SECRET") })
    }
}
