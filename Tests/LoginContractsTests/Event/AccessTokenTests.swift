import LoginContracts
import Testing

@Suite struct AccessTokenTests {
    @Test func tokenIsVisibleASCIIOfALimitedLength() {
        #expect(AccessToken(String(repeating: "t", count: 4096))?.value.count == 4096)
        #expect(AccessToken(String(repeating: "t", count: 4097)) == nil)
        #expect(AccessToken("") == nil)
        for byte in UInt8.min...UInt8.max {
            let text = "a\(Character(Unicode.Scalar(byte)))b"
            #expect((AccessToken(text) != nil) == (0x21...0x7E).contains(byte), "\(byte)")
        }
    }

    /// Every way in which a value ends up in a log line by accident.
    static func texts(of value: Any) -> String {
        var dumped = ""
        dump(value, to: &dumped)
        let mirror = Mirror(reflecting: value).children.map { "\($0)" }.joined()
        return "\(value)" + String(describing: value) + String(reflecting: value) + dumped + mirror
    }

    @Test func tokenIsNeverPrinted() throws {
        let token = try #require(AccessToken(secretToken))
        let event = try #require(SourceRecord.login(loginJSON()).event)
        let values: [Any] = [
            token, Optional(token) as Any, [token], ["key": token], event, Optional(event) as Any, [event],
            Result<LoginEvent, EventDefect>.success(event), (token, 1),
        ]
        for value in values { #expect(!Self.texts(of: value).contains("SECRET")) }
        #expect("\(token)" == "<redacted>")
        #expect(token.debugDescription == "<redacted>")
        #expect(Mirror(reflecting: token).children.isEmpty)
        #expect(token.value == secretToken)
    }

    @Test func releasePageIsNeverPrinted() {
        let redirect = Verdict.Redirect(target: "lockout", url: "https://release.example/?t=SECRET")
        let verdict = Verdict(status: 463, redirect: redirect)
        let outcome = Outcome(entry: .example(decision: .lockout), index: 0, event: nil, redirect: redirect)
        let values: [Any] = [redirect, verdict, outcome, outcome.data, outcome.data.redirectUri as Any]
        for value in values { #expect(!Self.texts(of: value).contains("SECRET")) }
        #expect(outcome.data.redirectUri?.url == redirect.url)
    }
}
