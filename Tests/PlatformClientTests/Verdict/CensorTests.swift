import LoginContracts
import Testing

@testable import PlatformClient

@Suite struct CensorTests {
    @Test func noStoredTextHoldsASecret() {
        let secrets = [
            Fixture.token, "one+time/token==", "one%2Btime%2Ftoken%3D%3D", Fixture.appSecret, Fixture.adminKey,
            "https://x.example/?t=1",
        ]
        for secret in secrets {
            let text = "\(secret)a\(secret)\(secret)\\u0301 end"
            let fields = [
                "kgAppId", "idType", "id", "certMethod", "reason", "message", "notificationOption", "memo",
                "lockoutCode", "lockoutSection",
            ]
            let lockout = fields.map { "\"\($0)\":\"\(text)\"" }.joined(separator: ",")
            let verdict = VerdictDecoderTests.decode(
                """
                {"desc":"\(text) (463.-10103)","player":{"kgAppId":"\(text)","playerId":"\(text)","status":"\(text)",\
                "nickname":"\(text)","data":{"k\(secret)":"\(text)"}},"lockout":{\(lockout)},\
                "token":{"onetimeToken":"one+time/token=="},\
                "redirectUri":{"target":"\(text)","lockout":"https://x.example/?t=1"}}
                """
            )
            #expect(verdict.code == -10103)
            #expect(verdict.message == "<redacted>a<redacted>\u{301} end (463.-10103)")
            #expect(verdict.lockout?.memo == "<redacted>a<redacted>\u{301} end")
            #expect(verdict.redirect?.url == "https://x.example/?t=1")
            #expect(!"\(verdict)".contains(secret))
            var dumped = ""
            dump(verdict, to: &dumped)
            #expect(!dumped.contains(secret))
        }
    }

    @Test func secretAcrossTheCutIsBlanked() {
        let text = String(repeating: "x", count: 505) + Fixture.token
        let message = VerdictDecoderTests.decode(#"{"desc":"\#(text)"}"#).message
        #expect(message == String(repeating: "x", count: 505) + "<redact")
    }

    @Test func longerSecretGoesBeforeTheOneInsideIt() {
        let censor = Censor(secrets: ["abc", "xabcx"])
        #expect(censor.clean("1xabcx2abc3", maximumLength: 100) == "1<redacted>2<redacted>3")
    }

    @Test func overlappingOccurrencesAreBlankedWhole() {
        #expect(Censor(secrets: ["abab"]).clean("xabababy", maximumLength: 100) == "x<redacted>y")
        #expect(Censor(secrets: ["aba", "bcb"]).clean("xabcbabay", maximumLength: 100) == "xa<redacted>y")
        #expect(Censor(secrets: ["a"]).clean("aabaa", maximumLength: 100) == "<redacted>b<redacted>")
    }

    /// With a quadratic search this takes seconds.
    @Test func repetitiveSecretIsSoughtInLinearTime() {
        let half = String(repeating: "a", count: 30_000)
        let clock = ContinuousClock()
        let elapsed = clock.measure {
            let verdict = VerdictDecoderTests.decode(#"{"desc":"\#(half)","token":{"onetimeToken":"\#(half)b"}}"#)
            #expect(verdict.message?.count == Verdict.maximumMessageLength)
        }
        #expect(elapsed < .seconds(5))
    }

    @Test func idsOfTheRequestStayAsTheyAre() {
        // A short token must not turn an honest player's id into another, which would be a mismatch.
        let request = Fixture.request(token: "er", playerId: "player-1")
        let verdict = VerdictDecoderTests.decode(
            #"{"desc":"player-1","player":{"playerId":"player-1","kgAppId":"123456"},"lockout":{"id":"player-1"}}"#,
            request: request
        )
        #expect(verdict.player?.playerId == "player-1")
        #expect(verdict.lockout?.id == "player-1")
        #expect(verdict.message == "play<redacted>-1")
    }

    @Test func emptyOneTimeTokenBlanksNothing() {
        #expect(VerdictDecoderTests.decode(#"{"desc":"abc","token":{"onetimeToken":""}}"#).message == "abc")
    }
}
