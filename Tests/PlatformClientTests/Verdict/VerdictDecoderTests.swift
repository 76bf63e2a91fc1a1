import Foundation
import HostileInput
import LoginContracts
import Testing

@testable import PlatformClient

@Suite struct VerdictDecoderTests {
    static func decode(_ body: String, status: Int = 463, request: ValidationRequest = Fixture.request()) -> Verdict {
        Self.decode(Array(body.utf8), status: status, request: request)
    }

    static func decode(_ body: [UInt8]?, status: Int = 463, request: ValidationRequest = Fixture.request()) -> Verdict {
        VerdictDecoder().decode(
            status: status,
            body: body,
            arrival: Timestamp(0),
            request: request,
            secrets: [Fixture.appSecret, Fixture.adminKey]
        )
    }

    @Test(arguments: [
        "", " ", "null", "[]", "\"x\"", "1", "{", "{\"desc\":", "{\"desc\":\"x\"", "<html></html>", "{}{}", "\u{FEFF}",
        "{'desc':'x'}", String(repeating: "[", count: 60_000), String(repeating: "{\"a\":", count: 10_000),
        "{\"a\":" + String(repeating: "[", count: 1000) + String(repeating: "]", count: 1000) + "}",
    ])
    func bodyThatIsNoObjectIsUnreadable(body: String) {
        #expect(Self.decode(body) == Verdict(status: 463, bodyIsReadable: false))
    }

    @Test(arguments: [
        "{}", #"{"unknown":{"a":[1,2,{"b":null}]}}"#, #"{"desc":null,"player":null,"lockout":null}"#,
        #"{"desc":[],"player":"x","lockout":5,"token":true,"redirectUri":[]}"#,
        #"{"desc":true,"player":[],"lockout":""}"#,
    ])
    func fieldsOfOtherTypesAreNil(body: String) {
        #expect(Self.decode(body) == Verdict(status: 463))
    }

    @Test func numbersForStringsAreTurnedToText() {
        let verdict = Self.decode(
            #"{"desc":12,"player":{"kgAppId":123456,"playerId":18446744073709551615,"status":-1,"nickname":1.5,"data":5},"#
                + #""lockout":{"id":7,"reason":true,"memo":{},"regTime":"1680773813000"},"redirectUri":{"target":1,"lockout":300}}"#
        )
        #expect(verdict.message == "12")
        #expect(
            verdict.player
                == .init(kgAppId: "123456", playerId: "18446744073709551615", status: "-1", nickname: "1.5")
        )
        #expect(verdict.lockout == Lockout(id: "7", regTime: 1_680_773_813_000))
        #expect(verdict.redirect == .init(target: "1", url: "300"))
    }

    @Test(arguments: ["1e300", "\"x\"", "1.5", "null", "[]", "99999999999999999999"])
    func timeThatIsNoWholeNumberIsNil(value: String) {
        #expect(Self.decode("{\"lockout\":{\"regTime\":\(value),\"id\":\"a\"}}").lockout == Lockout(id: "a"))
    }

    @Test func scalarsOfThePlayersDataAreKept() {
        let verdict = Self.decode(#"{"player":{"data":{"a":"x","b":1,"c":true,"d":null,"e":{},"f":[],"g":2.5}}}"#)
        #expect(verdict.player?.data == ["a": "x", "b": "1", "c": "true", "g": "2.5"])
    }

    @Test func oversizedDataIsBounded() {
        let members = (0..<1000).map { "\"key\($0)\":\"v\"" }.joined(separator: ",")
        #expect(Self.decode("{\"player\":{\"data\":{\(members)}}}").player?.data.count == ScalarMap.maximumMembers)
    }

    @Test func ofAMemberThatIsNamedTwiceTheFirstCounts() {
        let verdict = Self.decode(
            #"{"desc":"one-time-1 one-time-2","desc":"x","token":{"onetimeToken":"one-time-1","onetimeToken":"x"},"#
                + #""token":{"onetimeToken":"one-time-2"},"player":{"playerId":"1","playerId":"2"},"player":{}}"#
        )
        #expect(verdict.message == "<redacted> one-time-2")
        #expect(verdict.player?.playerId == "1")
    }

    /// Which of the two a dictionary gives last differs from run to run; the verdict must not.
    @Test func ofNamesThatCleaningMakesAlikeTheLesserValueIsKept() {
        let members = (0..<16).map { "\"k\($0) \":\"\($0 % 2)\",\"k\($0)\u{7F}\":\"\(($0 + 1) % 2)\"" }
        let expected = Dictionary(uniqueKeysWithValues: (0..<16).map { ("k\($0) ", "0") })
        for rest in ["", ",\"other\":1"] {
            let body = "{\"player\":{\"data\":{\(members.joined(separator: ","))}}\(rest)}"
            #expect(Self.decode(body).player?.data == expected)
        }
    }

    @Test func messageIsCutAndFreeOfControlCharacters() {
        let verdict = Self.decode(
            #"{"desc":"a\u0000b\r\nc\u001b[31m\u2028\u202e"# + String(repeating: "é", count: 600) + "\"}"
        )
        #expect(verdict.message?.count == Verdict.maximumMessageLength)
        #expect(verdict.message?.hasPrefix("a b  c [31m  é") == true)
    }

    @Test func codeIsReadBehindTheCut() {
        let text = String(repeating: "x", count: 600)
        #expect(Self.decode(#"{"desc":"\#(text) (463.-10103)"}"#).code == -10103)
    }

    @Test(arguments: [[UInt8]([0xFF]), [0xC3, 0x28], [0xED, 0xA0, 0x80], [0xF0, 0x9F]])
    func invalidUTF8InAFieldDoesNotCostTheOthers(bytes: [UInt8]) {
        let body =
            Array(#"{"player":{"playerId":"player-1","nickname":""#.utf8) + bytes
            + Array(#""},"desc":"x (463.-10103)"}"#.utf8)
        let verdict = Self.decode(body)
        #expect(verdict.bodyIsReadable)
        #expect(verdict.code == -10103)
        #expect(verdict.player?.playerId == "player-1")
    }

    @Test(arguments: ["", "not a url at all", "a\\u0000b", String(repeating: "u", count: 9000)])
    func unusableURLIsLeftOut(url: String) {
        #expect(
            Self.decode(#"{"redirectUri":{"target":"lockout","lockout":"\#(url)"}}"#).redirect
                == .init(target: "lockout")
        )
    }

    @Test func bodyBeyondTheLimitIsUnreadable() {
        #expect(Self.decode(nil as [UInt8]?) == Verdict(status: 463, bodyIsReadable: false))
        let long = Array("{}".utf8) + [UInt8](repeating: 0x20, count: VerdictDecoder.maximumBodyLength - 1)
        #expect(!Self.decode(long).bodyIsReadable)
        #expect(Self.decode(Array(long.dropLast())).bodyIsReadable)
    }

    /// A seeded sweep: prefixes, flipped bytes and shuffled pieces of a real body neither crash nor leak.
    @Test(arguments: 0..<40)
    func damagedBodiesNeitherCrashNorLeak(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let token = Fixture.token
        let source = Array(
            #"{"desc":"\#(token) é (463.-10103)","player":{"playerId":"x\#(token)","data":{"k":"\#(token)"}},"lockout":{"memo":"\#(token)"}}"#
                .utf8
        )
        for _ in 0..<100 {
            var body = source
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let index = body.indices.randomElement(using: &random)!
                switch Int.random(in: 0..<3, using: &random) {
                case 0: body[index] = UInt8.random(in: 0...255, using: &random)
                case 1: body.insert(UInt8.random(in: 0...255, using: &random), at: index)
                default: body.removeSubrange(index..<min(index + 9, body.endIndex))
                }
                if body.isEmpty { body = source }
            }
            let verdict = Self.decode(body)
            #expect(!"\(verdict)".contains(token))
            #expect((verdict.message?.unicodeScalars.count ?? 0) <= Verdict.maximumMessageLength)
        }
    }
}
