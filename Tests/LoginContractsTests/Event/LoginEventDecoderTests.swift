import LoginContracts
import Testing

/// The decoder's rules field by field (contract: login event).
@Suite struct LoginEventDecoderTests {
    @Test func smallestEventGetsItsDefaultsFromTheRecord() throws {
        let event = try #require(SourceRecord.login(loginJSON()).event)
        #expect(event.kgAppId == "123456")
        #expect(event.accessToken.value == secretToken)
        #expect(event.platform == .mobile)
        #expect(event.overriddenPlatform == nil)
        #expect(event.loginMethod == nil)
        #expect(event.playerId == nil)
        #expect(event.eventID == "login.events-3-1042")
        #expect(event.occurredAt == Timestamp(1_769_819_400_000))
        #expect(event.sessionId == nil)
        #expect(event.serverId == nil)
        #expect(event.trace == nil)
    }

    @Test func everyFieldIsRead() throws {
        let text = loginJSON([
            "loginMethod": #""sdk""#, "playerId": #""p-1""#, "eventId": #""e-1""#,
            "occurredAt": #""2026-01-31T09:30:00.5+09:00""#, "sessionId": #""s\n1""#, "serverId": #""서울""#,
            "unknown": #"{"a":[1,2,{"b":null}]}"#,
        ])
        let event = try #require(SourceRecord.login(text).event)
        #expect(event.loginMethod == .sdk)
        #expect(event.playerId == "p-1")
        #expect(event.eventID == "e-1")
        #expect(event.occurredAt?.description == "2026-01-31T00:30:00.500Z")
        #expect(event.sessionId == "s\n1")
        #expect(event.serverId == "서울")
    }

    @Test func eventWithoutAnyTimeHasNone() throws {
        let record = SourceRecord.login(Array(loginJSON().utf8), timestamp: nil)
        #expect(try #require(record.event).occurredAt == nil)
    }

    @Test func derivedIDOfALongTopicKeepsThePlaceAndTheLimit() throws {
        let record = SourceRecord.login(Array(loginJSON().utf8), topic: String(repeating: "t", count: 249))
        let id = try #require(record.event).eventID
        #expect(id.count == LoginEvent.maximumEventIDLength)
        #expect(id.hasSuffix("t-3-1042"))
    }

    @Test(arguments: ["kgAppId", "accessToken", "platform"])
    func missingOrNullRequiredFieldIsNamed(_ field: String) throws {
        for text in [loginJSON([field: nil]), loginJSON([field: "null"])] {
            let defect = try #require(SourceRecord.login(text).defect)
            #expect(defect.field == field)
            #expect(defect.rule.contains("missing"))
        }
    }

    @Test(arguments: ["loginMethod", "playerId", "eventId", "occurredAt", "sessionId", "serverId"])
    func nullOptionalFieldCountsAsMissing(_ field: String) throws {
        let event = try #require(SourceRecord.login(loginJSON([field: "null"])).event)
        #expect(event == SourceRecord.login(loginJSON()).event)
    }

    static let fields = [
        "kgAppId", "accessToken", "platform", "loginMethod", "playerId", "eventId", "occurredAt", "sessionId",
        "serverId",
    ]

    @Test(arguments: fields, ["1", "-0.5", "1e400", "true", "[]", "[\"a\"]", "{}"])
    func wrongTypeIsNamed(_ field: String, value: String) throws {
        let defect = try #require(SourceRecord.login(loginJSON([field: value])).defect)
        #expect(defect == EventDefect(field: field, rule: "has the wrong type; it must be a JSON string"))
    }

    @Test(arguments: fields) func emptyTextIsRefused(_ field: String) throws {
        let defect = try #require(SourceRecord.login(loginJSON([field: #""""#])).defect)
        #expect(defect.field == field)
    }

    @Test(arguments: [
        ("kgAppId", 32, "7"), ("accessToken", 4096, "t"), ("playerId", 64, "p"), ("eventId", 128, "é"),
        ("sessionId", 256, "𝄞"), ("serverId", 256, "각"),
    ])
    func textOfTheMaximumLengthIsAcceptedAndOneMoreRefused(_ field: String, maximum: Int, character: String) throws {
        func text(_ count: Int) -> String { loginJSON([field: "\"\(String(repeating: character, count: count))\""]) }
        #expect(SourceRecord.login(text(maximum)).event != nil)
        let defect = try #require(SourceRecord.login(text(maximum + 1)).defect)
        #expect(defect.field == field)
        #expect(defect.rule.contains(String(maximum)))
    }

    /// A combined character or CR LF is one `Character` to Swift but not to the rule, which counts code points.
    @Test func lengthsAreCodePoints() {
        let combined = String(repeating: "e\u{301}", count: 65)
        #expect(SourceRecord.login(loginJSON(["eventId": "\"\(combined)\""])).defect?.field == "eventId")
        let breaks = String(repeating: #"\r\n"#, count: 129)
        #expect(SourceRecord.login(loginJSON(["sessionId": "\"\(breaks)\""])).defect?.field == "sessionId")
    }

    @Test(
        arguments: ["kgAppId", "accessToken", "playerId"],
        [#"\r\n"#, #"\n"#, #"\r"#, #"\u0000"#, #"\t"#, #"\u001b"#, #"\u007f"#, " ", "é", #"\u0085"#, #"\u2028"#]
    )
    func whatWouldBreakAnHTTPHeaderIsRefusedAnywhere(_ field: String, character: String) throws {
        for text in ["\(character)1", "1\(character)1", "1\(character)"] {
            let defect = try #require(SourceRecord.login(loginJSON([field: "\"\(text)\""])).defect)
            #expect(defect.field == field)
        }
    }

    @Test(arguments: ["１２３", "12a", "-1", "+1", "1.0", " 1", "0x10", "١٢"])
    func appIdIsDigitsOnly(_ value: String) {
        #expect(SourceRecord.login(loginJSON(["kgAppId": "\"\(value)\""])).defect?.field == "kgAppId")
    }

    @Test(arguments: ["2026-01-31", "2026-02-30T00:00:00Z", "2026-01-31T09:30:00", "now", "1769819400000"])
    func badTimeIsNamed(_ value: String) throws {
        let defect = try #require(SourceRecord.login(loginJSON(["occurredAt": "\"\(value)\""])).defect)
        #expect(defect.field == "occurredAt")
        #expect(defect.rule.contains("RFC 3339"))
    }

    struct MethodCase: Sendable {
        var method: LoginMethod?
        var claimed: Platform?
        var platform: Platform?
        var overridden: Platform?
    }

    static let methodCases: [MethodCase] =
        Platform.allCases.flatMap { claimed -> [MethodCase] in
            [
                MethodCase(method: nil, claimed: claimed, platform: claimed),
                MethodCase(method: .sdk, claimed: claimed, platform: claimed),
                MethodCase(
                    method: .launcher,
                    claimed: claimed,
                    platform: .launcher,
                    overridden: claimed == .launcher ? nil : claimed
                ),
                MethodCase(
                    method: .bridgeToken,
                    claimed: claimed,
                    platform: .pc,
                    overridden: claimed == .pc ? nil : claimed
                ),
            ]
        } + [
            MethodCase(method: .launcher, platform: .launcher),
            MethodCase(method: .bridgeToken, platform: .pc),
            MethodCase(method: .sdk),
            MethodCase(),
        ]

    @Test(arguments: methodCases) func loginMethodWinsOverPlatform(_ test: MethodCase) {
        let record = SourceRecord.login(
            loginJSON([
                "platform": test.claimed.map { "\"\($0.rawValue)\"" },
                "loginMethod": test.method.map { "\"\($0.rawValue)\"" },
            ])
        )
        #expect(record.event?.platform == test.platform)
        #expect(record.event?.overriddenPlatform == test.overridden)
        #expect(record.event?.loginMethod == (test.platform == nil ? nil : test.method))
        #expect(record.defect?.field == (test.platform == nil ? "platform" : nil))
    }

    @Test(arguments: [("platform", "PC"), ("platform", "pc "), ("platform", "console"), ("loginMethod", "Sdk")])
    func unknownWordIsRefusedWithTheKnownOnes(_ field: String, value: String) throws {
        let defect = try #require(SourceRecord.login(loginJSON([field: "\"\(value)\""])).defect)
        #expect(defect.field == field)
        #expect(defect.rule.contains(field == "platform" ? "web, launcher, mobile, pc" : "sdk, launcher, bridgeToken"))
        #expect(!defect.rule.contains(value + "\""))
    }
}
