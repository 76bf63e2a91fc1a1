import HostileInput
import LoginContracts
import Testing

/// What is shown of an event that nobody could read: never its token.
@Suite struct LoginPreviewTests {
    typealias Header = SourceRecord.Header

    static func preview(_ event: SourceRecord) -> LoginPreview { LoginPreview(of: event, decoder: LoginEventDecoder()) }

    @Test func loginEventIsShownWithoutItsToken() {
        let login = Self.preview(.login(loginJSON(["playerId": #""p-7""#, "eventId": #""e-1""#])))
        #expect(login.kgAppId == "123456" && login.playerId == "p-7" && login.eventID == "e-1")
        #expect(login.hasToken && login.excerpt == nil)
        #expect(!"\(login)".contains("SECRET"))
    }

    @Test(arguments: [
        (#"{"accessToken":"SECRET-x","kgAppId":"900100"}"#, #"{"accessToken":"<8 bytes>","kgAppId":"900100"}"#),
        (#"{"kgAppId":900100, "platform": "pc"}"#, #"{"kgAppId":900100,"platform":"pc"}"#),
        (#"{"accessToken": 123456789}"#, #"{"accessToken":<9 bytes>}"#),
        (#"{"token":"SECRET"}"#, #"{"<5 bytes>":"<6 bytes>"}"#),
        (#"{"playerId":"7001234567890"}"#, #"{"playerId":"7001234567890"}"#),
        (#"{"playerId":"SECRET"}"#, #"{"playerId":"<6 bytes>"}"#),
        ("login of SECRET", "<13 bytes>"), ("SECRET,SECRET", "<6 bytes>,<6 bytes>"),
        (#"{"accessToken":"SEC\"RET","platform":"PC"}"#, #"{"accessToken":"<8 bytes>","platform":"<2 bytes>"}"#),
        (#"{"accessToken":"SECRET"#, #"{"accessToken":"<6 bytes>""#),
        (#"[null,true,"",1]"#, #"[null,true,"",<1 byte>]"#),
        (#"{"kgAppId":"123","#, #"{"kgAppId":"123","#), (#""\"#, #""<1 byte>""#),
        (#"{"occurredAt":"2026-01-31T09:30:00Z"}"#, #"{"occurredAt":"2026-01-31T09:30:00Z"}"#),
    ])
    func excerptShowsTheFormAndNothingThatMayBeAToken(_ value: String, excerpt: String) {
        #expect(ValueExcerpt.text(of: Array(value.utf8)) == excerpt)
    }

    @Test func excerptIsBoundedAndSaysSo() {
        let value = Array(String(repeating: "[", count: 900_000).utf8)
        let excerpt = ValueExcerpt.text(of: value)
        #expect(excerpt.count < 300)
        #expect(excerpt.hasSuffix("… (900000 bytes)"))
        #expect(ValueExcerpt.text(of: nil) == "(none)")
        #expect(ValueExcerpt.text(of: []) == "(empty)")
    }

    /// Fields that a broken program has swapped or filled with its token.
    @Test(arguments: [
        loginJSON(["playerId": "\"\(secretToken)\""]), loginJSON(["sessionId": "\"\(secretToken)\""]),
        loginJSON(["eventId": "\"x-\(secretToken)\""]), loginJSON(["playerId": "\"SECRET\""]),
        loginJSON(["kgAppId": "\"\(secretToken)\"", "accessToken": "7"]),
        loginJSON(["playerId": "\"\(secretToken)\"", "accessToken": nil]),
        loginJSON(["playerId": "\"SECRET\"", "platform": #""none""#]),
    ])
    func tokenInTheWrongFieldIsMasked(_ value: String) {
        #expect(!"\(Self.preview(.login(value)))".contains("SECRET"))
    }

    @Test func brokenEventKeepsWhatIdentifiesIt() {
        var event = SourceRecord.login(loginJSON(["platform": #""none""#, "playerId": #""p-7""#]))
        #expect(Self.preview(event).kgAppId == "123456")
        #expect(Self.preview(event).playerId == "p-7")
        #expect(Self.preview(event).eventID == "login.events-3-1042")
        event.value = Array("not JSON".utf8)
        #expect(Self.preview(event).playerId == "player")
        let envelope = CloudEventTests.envelope(["data": loginJSON(["platform": #""none""#])])
        #expect(Self.preview(.login(envelope, headers: CloudEventTests.structured)).kgAppId == "123456")
    }

    /// Whatever is made of letters in an excerpt is a name or a word of the contract.
    @Test func mutatedValuesNeverShowAToken() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("LoginPreviewTests seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let known = Set(
            LoginEventDecoderTests.fields
                + [
                    "specversion", "id", "source", "type", "time", "subject", "datacontenttype", "data", "bytes",
                    "byte",
                    "null", "true", "false", "none", "empty", "T", "Z", "t", "z",
                ] + Platform.allCases.map(\.rawValue) + LoginMethod.allCases.map(\.rawValue)
        )
        for round in 0..<4000 {
            let value = LoginEventDecoderFuzzTests.mutation.input(&random)
            let excerpt = ValueExcerpt.text(of: value)
            let words = excerpt.split { !$0.isLetter }.map(String.init)
            #expect(words.allSatisfy(known.contains), "seed \(seed), round \(round): \(excerpt)")
            var headers: [Header] = []
            if Bool.random(using: &random) { headers = CloudEventTests.structured }
            let login = Self.preview(.login(value, headers: headers))
            if value.count > 0, login.excerpt != nil {
                #expect(login.playerId.map { $0.count <= 20 } ?? true, "seed \(seed), round \(round)")
            }
        }
    }

    /// Any headers, on any value: a letter or a marker, and never a crash.
    @Test func randomHeadersAreReadWithoutACrash() {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("LoginPreviewTests headers seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let names = (DeadLetterHeader.ofFailure.union(DeadLetterHeader.ofReplay).sorted())
        var replayable = 0
        for round in 0..<4000 {
            var record = DeadLetterDecoderTests.record(.login(loginJSON()))
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                let name = names.randomElement(using: &random)!
                switch Int.random(in: 0..<4, using: &random) {
                case 0: record.headers.removeAll { $0.name == name }
                case 1: record.headers.append(Header(name: name, value: nil))
                case 2:
                    let bytes = (0..<Int.random(in: 0...12, using: &random)).map { _ in
                        UInt8.random(in: .min ... .max, using: &random)
                    }
                    record.headers.insert(Header(name: name, value: bytes), at: 0)
                default: record.headers.shuffle(using: &random)
                }
            }
            guard case .letter(let letter) = DeadLetterDecoder().decode(record) else {
                Issue.record("seed \(seed), round \(round)")
                continue
            }
            if letter.obstacle == nil {
                replayable += 1
                let event = ReplayEncoder(clusterID: "c").encode(letter, at: Timestamp(0))
                #expect(Set(event.headers.map(\.name)).isSubset(of: DeadLetterHeader.ofReplay))
                #expect(event.value == record.value, "seed \(seed), round \(round)")
            }
        }
        #expect((500...3900).contains(replayable), "\(replayable)")
    }
}
