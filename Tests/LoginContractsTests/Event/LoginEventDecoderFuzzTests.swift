import Foundation
import LoginContracts
import Testing

/// Random values: the decoder gives an event that keeps every rule, or a defect that tells nothing; it never crashes.
@Suite struct LoginEventDecoderFuzzTests {
    /// A failure names the seed and the round, which together repeat it.
    static let seed: UInt64 = 0x10_61_4E_56_45_4E_54

    static let pieces: [String] = [
        "null", "true", "0", "-1e9999", "[]", "{}", "[[", "\"", "\\", "\\u0000", "\\ud800", ",", ":", "}", "]", "\r\n",
        "\u{0}", "é", "\u{FEFF}", #""platform":"web""#, #""loginMethod":"launcher""#, #""playerId":"p""#, "kgAppId",
        #""occurredAt":"2026-02-29T00:00:00Z""#, #""data":"#, String(repeating: "a", count: 300), "/*", "//", "NaN",
    ]

    static let envelope = CloudEventTests.envelope([
        "data": loginJSON(["playerId": #""p""#, "sessionId": #""s""#]), "traceparent": "\"\(CloudEventTests.trace)\"",
    ])

    static let templates: [[UInt8]] = [
        loginJSON(), envelope,
        loginJSON([
            "loginMethod": #""bridgeToken""#, "playerId": #""p-1""#, "eventId": #""e-1""#,
            "occurredAt": #""2026-01-31T09:30:00.5+09:00""#, "sessionId": #""s""#, "serverId": #""é""#,
        ]),
    ].map { Array($0.utf8) }

    @Test func mutatedEventsAreAnEventOrADefect() {
        print("LoginEventDecoderFuzzTests seed \(Self.seed)")
        var random = SeededGenerator(seed: Self.seed)
        var (events, defects) = (0, 0)
        for round in 0..<6000 {
            var value = Self.templates.randomElement(using: &random)!
            for _ in 0..<Int.random(in: 0...4, using: &random) { Self.mutate(&value, &random) }
            let record = Self.record(value, &random)
            switch record.decoded {
            case .success(let event):
                events += 1
                let broken = Self.brokenRules(of: event)
                #expect(broken == [], "seed \(Self.seed), round \(round)")
            case .failure(let defect):
                defects += 1
                Self.expectHarmless(defect, round: round)
            }
        }
        // Both sides must be reached, or the mutations have become too tame or too wild to find anything.
        #expect(events > 500 && defects > 500, "\(events) events, \(defects) defects")
    }

    @Test func randomBytesAreADefect() {
        var random = SeededGenerator(seed: Self.seed &+ 1)
        for round in 0..<3000 {
            let count = Int.random(in: 0...200, using: &random)
            var value = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) }
            if Bool.random(using: &random) { value.insert(0x7B, at: 0) }
            let record = Self.record(value, &random)
            guard let defect = record.defect else {
                Issue.record("seed \(Self.seed), round \(round): \(value) is an event")
                continue
            }
            Self.expectHarmless(defect, round: round)
        }
    }

    /// The schema and the decoder agree about every mutated document that is JSON at all.
    @Test func schemaAndDecoderAgreeAboutMutatedMembers() throws {
        var random = SeededGenerator(seed: Self.seed &+ 2)
        let schema = try SchemaFolder.schema("login-event")
        let values: [JSONValue] = [
            nil, true, 0, "", "a", "1", "12345", "pc", "web", "launcher", "sdk", "bridgeToken", " ", "é", "a\u{0}",
            "1\n",
            "2026-01-31T09:30:00Z", "2026-01-31t09:30:00.1-12:30", "2026-01-31", [], [:],
            .string(String(repeating: "1", count: 33)), .string(String(repeating: "x", count: 65)),
            .string(String(repeating: "é", count: 129)), .string(String(repeating: "𝄞", count: 256)),
            .string(String(repeating: "\r\n", count: 129)), .string(String(repeating: "t", count: 4097)),
        ]
        var accepted = 0
        for round in 0..<3000 {
            var members: [String: JSONValue] = ["kgAppId": "1", "accessToken": "not-real", "platform": "pc"]
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let field = LoginEventDecoderTests.fields.randomElement(using: &random)!
                members[field] =
                    Int.random(in: 0..<8, using: &random) == 0 ? nil : values.randomElement(using: &random)!
            }
            let document = JSONValue.object(members)
            let isAccepted = SourceRecord.login(Array(try JSONEncoder().encode(document))).event != nil
            accepted += isAccepted ? 1 : 0
            #expect(schema.accepts(document) == isAccepted, "seed \(Self.seed), round \(round): \(members)")
        }
        #expect(accepted > 300 && accepted < 2700, "\(accepted)")
    }

    static func mutate(_ value: inout [UInt8], _ random: inout SeededGenerator) {
        guard !value.isEmpty else { return }
        let start = Int.random(in: 0..<value.count, using: &random)
        let end = min(value.count, start + Int.random(in: 1...12, using: &random))
        switch Int.random(in: 0..<6, using: &random) {
        case 0: value[start] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1: value[start] = UInt8.random(in: .min ... .max, using: &random)
        case 2: value.removeSubrange(start..<end)
        case 3: value.insert(contentsOf: value[start..<end], at: end)
        case 4: value.insert(contentsOf: Array(Self.pieces.randomElement(using: &random)!.utf8), at: start)
        default: value.replaceSubrange(start..<end, with: Array(Self.pieces.randomElement(using: &random)!.utf8))
        }
    }

    private static func record(_ value: [UInt8], _ random: inout SeededGenerator) -> SourceRecord {
        let isEnvelope = value.starts(with: Array(#"{"specversion"#.utf8)) || Int.random(in: 0..<4, using: &random) == 0
        var headers: [SourceRecord.Header] = isEnvelope ? CloudEventTests.structured : []
        if !isEnvelope, Bool.random(using: &random) { headers = CloudEventTests.binary() }
        return .login(value, headers: headers)
    }

    /// The rules that an event breaks; nothing behind the decoder doubts them again.
    private static func brokenRules(of event: LoginEvent) -> [String] {
        func isText(_ text: String?, _ maximum: Int) -> Bool {
            text.map { !$0.isEmpty && $0.unicodeScalars.count <= maximum } ?? true
        }
        let isVisible = { (text: String) in text.utf8.allSatisfy { (0x21...0x7E).contains($0) } }
        let rules: [(String, Bool)] = [
            ("kgAppId", isText(event.kgAppId, 32) && event.kgAppId.utf8.allSatisfy { (0x30...0x39).contains($0) }),
            ("accessToken", isText(event.accessToken.value, 4096) && isVisible(event.accessToken.value)),
            ("platform", event.loginMethod?.impliedPlatform.map { $0 == event.platform } ?? true),
            ("overriddenPlatform", event.overriddenPlatform != event.platform),
            ("overriddenPlatform", event.overriddenPlatform == nil || event.loginMethod?.impliedPlatform != nil),
            ("playerId", isText(event.playerId, 64) && isVisible(event.playerId ?? "")),
            ("eventId", isText(event.eventID, 128)),
            ("sessionId", isText(event.sessionId, 256)),
            ("serverId", isText(event.serverId, 256)),
            ("occurredAt", event.occurredAt.map { Timestamp.expressible.contains($0) } ?? false),
        ]
        return rules.filter { !$0.1 }.map(\.0)
    }

    private static func expectHarmless(_ defect: EventDefect, round: Int) {
        let known =
            LoginEventDecoderTests.fields.flatMap { [$0, "data.\($0)"] }
            + ["value", "data", "specversion", "id", "time", "content-type"]
        #expect(known.contains(defect.field), "seed \(Self.seed), round \(round): \(defect)")
        #expect(!defect.rule.isEmpty && !defect.description.contains("SECRET"), "seed \(Self.seed), round \(round)")
    }
}
