import Foundation
import LoginContracts
import PlatformClient

extension FuzzTarget {
    private static let oneTimeToken = "1TIME+SECRET/4321=="
    private static let secrets = ["SECRET-app-not-real-987654", "SECRET-admin-not-real-54321"]
    private static let request = ValidationRequest(
        kgAppId: "123456",
        platform: .mobile,
        accessToken: AccessToken(plantedSecret)!,
        playerId: "player-1"
    )

    /// A line with the status, and the body.
    static let answer = FuzzTarget(
        "answer",
        seeds: [
            "200\n"
                + #"{"player":{"kgAppId":"123456","playerId":"player-1","status":"normal","nickname":"별","data":{"level":"7","n":1}}}"#,
            "401\n" + #"{"desc":"Token \#(plantedSecret) is invalid. (401.-29401)"}"#,
            "463\n"
                + #"{"desc":"playerId There is a valid lockout. (463.-10103)","lockout":{"kgAppId":"123456","idType":"playerId","id":"player-1","certMethod":"phone,card","reason":"\#(secrets[0])","message":"\#(secrets[1])","memo":"\#(oneTimeToken)","lockoutSection":"mobile","regTime":1680773813000},"player":{"playerId":"player-1","status":"normal"},"token":{"onetimeToken":"\#(oneTimeToken)"},"redirectUri":{"target":"lockout","lockout":"https://member.example.com/lockout?token=1TIME%2BSECRET%2F4321%3D%3D"}}"#,
            "463\n" + #"{"lockout":{"memo":"\#(oneTimeToken)"},"token":{"onetimeToken":"ayer-1,1"},"#
                + #""token":{"onetimeToken":"\#(oneTimeToken)"}}"#,
            // Names that are alike once they are cleaned.
            "200\n{\"player\":{\"data\":{\"a\u{7F}\":\"1\",\"a \":\"2\",\"\(secrets[0])\":\"3\",\"\(secrets[1])\":\"4\"}}}",
            "406\n", "503\n<html></html>", "400\n{\"desc\":null,\"player\":[],\"lockout\":5}",
            "200\n"
                + #"{"player":{"playerId":18446744073709551615,"data":{"a":{},"b":[1],"c":2.5,"d":null}},"token":{}}"#,
        ],
        pieces: [
            plantedSecret, oneTimeToken, secrets[0], #""onetimeToken":""#, #""desc":"#, "(401.-29401)", #""player":{"#,
            #""lockout":{"#, #""redirectUri":{"#, #""data":{"#, #""regTime":"#, #""playerId":"player-1","#,
        ]
    ) { input in
        let line = input.prefix { $0 != 0x0A }
        let status = Int(String(decoding: line, as: UTF8.self)).map { min(max($0, 100), 999) } ?? 463
        let body = Array(input.dropFirst(line.count + 1))
        return Self.brokenRules(of: body, status: status)
    }

    private static func verdict(_ body: [UInt8]?, status: Int, retryAfter: String? = nil) -> Verdict {
        VerdictDecoder().decode(
            status: status,
            retryAfter: retryAfter,
            body: body,
            arrival: Timestamp(1_769_819_400_000),
            request: Self.request,
            secrets: Self.secrets
        )
    }

    private static func brokenRules(of body: [UInt8], status: Int) -> [String] {
        var rules = Rules()
        let verdict = Self.verdict(body, status: status)
        rules.expect(verdict.status == status, "a verdict has the answer's status")
        rules.expect(verdict.message.map { $0.unicodeScalars.count <= 512 } ?? true, "a message is bounded")
        rules.expect((verdict.player?.data.count ?? 0) <= 64, "a player's data is bounded")
        rules.expect((verdict.redirect?.url?.utf8.count ?? 0) <= VerdictDecoder.maximumURLLength, "a URL is bounded")
        let object = (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any]
        var hidden = [plantedSecret] + Self.secrets
        if verdict.bodyIsReadable, let token = Self.oneTimeToken(of: body), token.utf8.count >= 8,
            !token.contains(where: { "<> ".contains($0) })
        {
            hidden.append(token)
        }
        for text in Self.texts(of: verdict) {
            rules.expect(text.unicodeScalars.count <= VerdictDecoder.maximumTextLength, "a text is bounded")
            rules.expect(!text.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F }, "no control characters")
            let isOurs = text == Self.request.playerId || text == Self.request.kgAppId
            if !isOurs { rules.expect(!hidden.contains { text.contains($0) }, "no text holds a secret") }
        }
        rules.expect(!shown(verdict).contains(plantedSecret), "a verdict does not show the token")
        if object != nil, body.count < VerdictDecoder.maximumBodyLength - 100, let brace = body.firstIndex(of: 0x7B) {
            // An unknown member that is no text sends the same document past the quick reader.
            let slow = body[...brace] + Array(#""\u0071":[7]"#.utf8) + (Self.isEmpty(body[brace...]) ? [] : [0x2C])
            let again = Self.verdict(Array(slow + body[(brace + 1)...]), status: status)
            rules.expect(again == verdict, "both readers of a body agree")
        }
        return rules.broken
    }

    /// Of a repeated member JSONSerialization takes the last one, JSONDecoder and so the verdict the first.
    private static func oneTimeToken(of body: [UInt8]) -> String? {
        struct Answer: Decodable {
            struct Token: Decodable { var onetimeToken: String }
            var token: Token
        }
        return try? JSONDecoder().decode(Answer.self, from: Data(body)).token.onetimeToken
    }

    /// Whether nothing stands between the brace and its end.
    private static func isEmpty(_ text: ArraySlice<UInt8>) -> Bool {
        text.dropFirst().first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) } == 0x7D
    }

    private static func texts(of verdict: Verdict) -> [String] {
        let (player, lockout) = (verdict.player, verdict.lockout)
        return [
            verdict.message, player?.kgAppId, player?.playerId, player?.status, player?.nickname, lockout?.kgAppId,
            lockout?.idType, lockout?.id, lockout?.certMethod, lockout?.reason, lockout?.message,
            lockout?.notificationOption, lockout?.memo, lockout?.lockoutCode, lockout?.lockoutSection,
            verdict.redirect?.target,
        ].compactMap { $0 } + (player?.data ?? [:]).flatMap { [$0.key, $0.value] }
    }

    /// The value of a `Retry-After` field.
    static let retryAfter = FuzzTarget(
        "retry-after",
        seeds: [
            "0", "17", "3600", "Sat, 31 Jan 2026 00:31:00 GMT", "Saturday, 31-Jan-26 00:31:00 GMT",
            "Sat Jan 31 00:31:00 2026", "Sat, 31 Jan 9999 23:59:60 GMT", " 5\t",
        ],
        pieces: ["GMT", "Jan", "Dec", "99999999999999999999", ":60", "-26 ", "Sunday, ", "  ", "+0900"]
    ) { input in
        var rules = Rules()
        let field = String(decoding: input, as: UTF8.self)
        let wait = Self.verdict([], status: 503, retryAfter: field).retryAfter
        if let wait { rules.expect((.zero ... .seconds(3600)).contains(wait), "a wait is from 0 to 3600 seconds") }
        if let seconds = Int(field), seconds >= 0, !field.hasPrefix("+"), !field.hasPrefix("-"), field.utf8.count <= 64
        {
            rules.expect(wait == .seconds(min(seconds, 3600)), "digits are seconds")
        }
        return rules.broken
    }
}
