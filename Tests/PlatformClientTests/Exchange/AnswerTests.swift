import LoginContracts
import NIOCore
import PlatformClient
import Testing

/// Answers that are well-formed HTTP, however unusual.
@Suite struct AnswerTests {
    @Test(arguments: [
        200, 201, 204, 299, 300, 304, 400, 401, 403, 404, 406, 407, 408, 425, 429, 451, 460, 461, 462, 463, 464, 473,
        499, 500, 502, 503, 504, 599, 600, 777, 999,
    ])
    func everyFinalStatusIsAVerdict(status: Int) async throws {
        let answer = Fixture.answer(status, status == 204 || status == 304 ? "" : "{}")
        try await withServer(script: { _ in [.send(answer)] }) { client, _ in
            let verdict = try await client.validate().verdict
            #expect(verdict.status == status)
        }
    }

    struct Body: Sendable {
        var status: Int
        var text: String
        var verdict: Verdict
    }

    static let lockout = """
        {"desc":"playerId There is a valid lockout. (463.-10103)","lockout":{"kgAppId":"123456","idType":"playerId",\
        "id":"player-1","certMethod":"phone,card","reason":"","message":"","notificationOption":"alimtalk","memo":"",\
        "lockoutCode":"","lockoutSection":"mobile","regTime":1680773813000},"player":{"kgAppId":"123456",\
        "playerId":"player-1","status":"normal"},"token":{"onetimeToken":"1IB+jHhULoYJASZR18QUTQw0"},\
        "redirectUri":{"target":"lockout","lockout":"https://member.example.com/lockout?token=1IB%2BjHhULoYJASZR18QUTQw0"}}
        """

    static let bodies = [
        Body(
            status: 200,
            text: Fixture.okBody,
            verdict: Verdict(
                status: 200,
                player: .init(kgAppId: "123456", playerId: "player-1", status: "normal")
            )
        ),
        Body(
            status: 401,
            text: #"{"desc":"Token is invalid. (401.-29401)"}"#,
            verdict: Verdict(status: 401, code: -29401, message: "Token is invalid. (401.-29401)")
        ),
        Body(status: 406, text: "", verdict: Verdict(status: 406, bodyIsReadable: false)),
        Body(
            status: 462,
            text: #"{"desc":"unregistered (462.-10105)"}"#,
            verdict: Verdict(status: 462, code: -10105, message: "unregistered (462.-10105)")
        ),
        Body(
            status: 463,
            text: lockout,
            verdict: Verdict(
                status: 463,
                code: -10103,
                message: "playerId There is a valid lockout. (463.-10103)",
                player: .init(kgAppId: "123456", playerId: "player-1", status: "normal"),
                lockout: Lockout(
                    kgAppId: "123456",
                    idType: "playerId",
                    id: "player-1",
                    certMethod: "phone,card",
                    reason: "",
                    message: "",
                    notificationOption: "alimtalk",
                    memo: "",
                    lockoutCode: "",
                    lockoutSection: "mobile",
                    regTime: 1_680_773_813_000
                ),
                redirect: .init(
                    target: "lockout",
                    url: "https://member.example.com/lockout?token=1IB%2BjHhULoYJASZR18QUTQw0"
                )
            )
        ),
        Body(
            status: 464,
            text: #"{"desc":"sanctioned (464.-10102)","player":null}"#,
            verdict: Verdict(status: 464, code: -10102, message: "sanctioned (464.-10102)")
        ),
        Body(
            status: 473,
            text: "<html>maintenance</html>",
            verdict: Verdict(status: 473, bodyIsReadable: false)
        ),
        Body(status: 500, text: "[]", verdict: Verdict(status: 500, bodyIsReadable: false)),
        Body(
            status: 503,
            text: #"{"desc":"unavailable (503.-1)"}"#,
            verdict: Verdict(status: 503, code: -1, message: "unavailable (503.-1)")
        ),
    ]

    @Test(arguments: bodies.indices)
    func contractsBodiesAreRead(index: Int) async throws {
        let body = Self.bodies[index]
        try await withServer(script: { _ in [.send(Fixture.answer(body.status, body.text))] }) { client, _ in
            let answer = try await client.validate()
            #expect(answer.verdict == body.verdict)
            #expect(answer.latency > .zero)
        }
    }

    /// Each is one answer of status 200 whose body is the fixture's.
    @Test(arguments: [
        // Chunked, with an extension and a trailer.
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n20;x=y\r\nPART1\r\n27\r\nPART2\r\n0\r\nTrailer: x\r\n\r\n",
        // Until the connection closes.
        "HTTP/1.1 200 OK\r\n\r\nBODY|CLOSE",
        "HTTP/1.0 200 OK\r\n\r\nBODY|CLOSE",
        "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 71\r\n\r\nBODY",
        // Interim answers come before the final one.
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
            + "HTTP/1.1 200 OK\r\nContent-Length: 71\r\n\r\nBODY",
        // No reason phrase, folded names, no space after the colon.
        "HTTP/1.1 200 \r\nCONTENT-LENGTH:71\r\n\r\nBODY",
    ])
    func everyFramingIsRead(answer: String) async throws {
        let body = Fixture.okBody
        let text = answer.replacing("PART1", with: body.prefix(32)).replacing("PART2", with: body.dropFirst(32))
            .replacing("BODY", with: body)
        let parts = text.split(separator: "|")
        let steps: [ScriptedServer.Step] = [.send(String(parts[0]))] + (parts.count > 1 ? [.close] : [])
        try await withServer(script: { _ in steps }) { client, _ in
            let verdict = try await client.validate().verdict
            #expect(verdict.status == 200)
            #expect(verdict.player?.playerId == "player-1")
        }
    }

    @Test func answerInSingleBytesIsRead() async throws {
        let steps: [ScriptedServer.Step] = [.dribble(Fixture.answer(), every: .microseconds(200))]
        try await withServer(script: { _ in steps }) { client, _ in
            let verdict = try await client.validate().verdict
            #expect(verdict.player?.playerId == "player-1")
        }
    }

    @Test func retryAfterReachesTheVerdict() async throws {
        try await withServer(script: { _ in [.send(Fixture.answer(503, "{}", headers: "RETRY-AFTER: 17\r\n"))] }) {
            client,
            _ in
            let verdict = try await client.validate().verdict
            #expect(verdict.retryAfter == .seconds(17))
        }
    }

    @Test(arguments: [64 * 1024, 64 * 1024 + 1, 10_000_000])
    func bodyBeyondTheLimitStillCountsWithItsStatus(length: Int) async throws {
        let isWithin = length <= 64 * 1024
        let body = #"{"desc":"a (403.-1)","x":""# + String(repeating: "x", count: length - 28) + #""}"#
        #expect(body.utf8.count == length)
        try await withServer(script: { _ in [.send(Fixture.answer(403, body))] }) { client, server in
            let verdict = try await client.validate().verdict
            #expect(
                verdict
                    == Verdict(
                        status: 403,
                        code: isWithin ? -1 : nil,
                        message: isWithin ? "a (403.-1)" : nil,
                        bodyIsReadable: isWithin
                    )
            )
            _ = try await client.validate()
            #expect(server.connectionCount == (isWithin ? 1 : 2))
        }
    }
}
