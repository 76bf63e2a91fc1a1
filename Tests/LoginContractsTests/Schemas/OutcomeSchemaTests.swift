import Foundation
import LoginContracts
import Testing

/// What the encoders write is what the schemas promise.
@Suite struct OutcomeSchemaTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var decision: Decision
        var reason: DecisionReason?
        var mode: OutcomeEncoder.Mode
        var testDescription: String { "\(self.decision) \(self.reason?.rawValue ?? "-") \(self.mode)" }
    }

    /// The decisions that are published; the others are dead letters.
    static let published = Decision.allCases.filter { DeadLetter.Disposition(decision: $0, reason: nil) == nil }

    static let cases = published.flatMap { decision in
        ([nil] + DecisionReason.allCases).flatMap { reason in
            OutcomeEncoder.Mode.allCases.map { Case(decision: decision, reason: reason, mode: $0) }
        }
    }

    static let lockout = Lockout(
        kgAppId: "123456",
        idType: "playerId",
        id: "7001234567890",
        certMethod: "phone",
        reason: "",
        message: "m",
        notificationOption: "n",
        memo: "o",
        lockoutCode: "c",
        lockoutSection: "s",
        regTime: -1
    )

    @Test(arguments: cases) func everyPublishedOutcomeIsValid(_ test: Case) throws {
        let trace = TraceContext(traceparent: CloudEventTests.trace, tracestate: "a=b")
        var event = try #require(SourceRecord.login(loginJSON(["serverId": #""s""#])).event)
        let schemas = try Schemas(of: test.mode)
        for (hasPlayer, hasDetails) in [(true, true), (true, false), (false, true), (false, false)] {
            event.trace = hasDetails ? trace : nil
            var entry = ValidationEntry.example(
                decision: test.decision,
                reason: test.reason,
                playerId: hasPlayer ? "7001234567890" : nil,
                sessionId: hasPlayer ? nil : "session-42",
                lockout: hasDetails ? Self.lockout : nil
            )
            if !hasDetails {
                (entry.kgAppId, entry.platform, entry.sessionId, entry.occurredAt) = (nil, nil, nil, nil)
                (entry.httpStatus, entry.apiCode, entry.message, entry.playerStatus) = (nil, nil, nil, nil)
            }
            let redirect = Verdict.Redirect(target: "lockout", url: "https://release.example/?t=not-real")
            let outcome = Outcome(
                entry: entry,
                index: hasDetails ? .max : 0,
                event: hasDetails ? event : nil,
                redirect: hasDetails ? redirect : nil
            )
            try Self.check(outcome, mode: test.mode, schemas)
        }
    }

    /// What describes a record of a mode.
    private struct Schemas {
        var value: JSONSchema
        var headers: JSONSchema

        init(of mode: OutcomeEncoder.Mode) throws {
            switch mode {
            case .binary:
                self.value = try SchemaFolder.schema("outcome")
                self.headers = try SchemaFolder.schema("outcome-headers")
            case .structured:
                self.value = try SchemaFolder.schema("outcome.cloudevent")
                self.headers = try SchemaFolder.schema("outcome-structured-headers")
            }
        }
    }

    /// The record is valid, and its data reads back as it was.
    private static func check(_ outcome: Outcome, mode: OutcomeEncoder.Mode, _ schemas: Schemas) throws {
        let record = try OutcomeEncoder(mode: mode, source: "/login-validator").encode(outcome)
        let value = try JSONDecoder().decode(JSONValue.self, from: Data(record.value ?? []))
        let headers = JSONValue.object(
            Dictionary(
                uniqueKeysWithValues: try record.headers.map { header in
                    (header.name, .string(try #require(String(validating: header.value ?? [], as: UTF8.self))))
                }
            )
        )
        #expect(schemas.value.problems(of: value) == [])
        #expect(schemas.headers.problems(of: headers) == [])
        let data = mode == .binary ? value : try #require(value["data"])
        let read = try JSONDecoder().decode(OutcomeData.self, from: JSONEncoder().encode(data))
        #expect(read == outcome.data)
    }

    @Test(arguments: ["outcome-kick", "outcome-lockout", "outcome-pass"])
    func validExampleReadsBackAsItIs(_ name: String) throws {
        let example = try SchemaFolder.json(SchemaFolder.url.appending(path: "examples/valid/\(name).json"))
        let document = try #require(example["document"])
        let data = try JSONDecoder().decode(OutcomeData.self, from: JSONEncoder().encode(document))
        let again = try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(data))
        #expect(again == document)
    }

    @Test func enumsOfTheSchemaAreTheSwiftOnes() throws {
        let documents = try SchemaFolder.documents()
        func values(_ document: String, _ path: String...) -> [JSONValue]? {
            path.reduce(documents["\(document).schema.json"]) { $0?["properties"]?[$1] }?["enum"]?.array
        }
        func names<Word: RawRepresentable<String>>(_ words: [Word]) -> [JSONValue] {
            words.map { .string($0.rawValue) }
        }
        #expect(values("outcome", "decision") == names(Self.published))
        #expect(values("outcome", "reason") == names(DecisionReason.allCases))
        #expect(values("outcome", "platform") == names(Platform.allCases))
        #expect(values("outcome", "action") == names(OutcomeData.Action.allCases))
        #expect(values("login-event", "platform") == names(Platform.allCases) + [nil])
        #expect(values("login-event", "loginMethod") == names(LoginMethod.allCases) + [nil])
        #expect(
            values("dead-letter-headers", "login-validator.disposition") == names(DeadLetter.Disposition.allCases)
        )
        let types = Set(Self.published.map { JSONValue.string("login.\($0.rawValue).v1") })
        #expect(Set(values("outcome.cloudevent", "type") ?? []) == types)
        #expect(Set(values("outcome-headers", "ce_type") ?? []) == types)
    }

    @Test func limitsOfTheSchemaAreTheSwiftOnes() throws {
        let fields = try #require(SchemaFolder.documents()["login-event.schema.json"]?["properties"])
        let limits = [
            "accessToken": AccessToken.maximumLength, "playerId": LoginEvent.maximumPlayerIDLength,
            "eventId": LoginEvent.maximumEventIDLength, "sessionId": LoginEvent.maximumOpaqueLength,
            "serverId": LoginEvent.maximumOpaqueLength,
        ]
        for (field, limit) in limits { #expect(fields[field]?["maxLength"] == .integer(Int64(limit)), "\(field)") }
        #expect(fields["kgAppId"]?["pattern"] == .string("^[0-9]{1,\(LoginEvent.maximumAppIDLength)}$"))
    }

    /// Every member that the encoder can write is described, and no other.
    @Test func membersOfTheSchemaAreTheSwiftOnes() throws {
        let redirect = Verdict.Redirect(target: "t", url: "u")
        let event = try #require(SourceRecord.login(loginJSON(["serverId": #""s""#])).event)
        let entry = ValidationEntry.example(decision: .lockout, reason: .lockedOut, lockout: Self.lockout)
        let data = Outcome(entry: entry, index: 1, event: event, redirect: redirect).data
        let written = try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(data))
        let schema = try #require(SchemaFolder.documents()["outcome.schema.json"])
        #expect(written.object?.keys.sorted() == schema["properties"]?.object?.keys.sorted())
        for part in ["lockout", "redirectUri", "source"] {
            #expect(
                written[part]?.object?.keys.sorted()
                    == schema["properties"]?[part]?["properties"]?.object?.keys.sorted()
            )
        }
    }
}
