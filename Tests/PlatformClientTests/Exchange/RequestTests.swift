import Foundation
import LoginContracts
import PlatformClient
import Testing

@Suite struct RequestTests {
    @Test func requestIsByteForByteTheContracts() async throws {
        try await withServer(script: { _ in [.send(Fixture.answer())] }) { client, server in
            _ = try await client.validate()
            #expect(
                server.requests == [
                    """
                    POST /service/v5/auth/validation HTTP/1.1\r
                    Host: 127.0.0.1:\(server.port)\r
                    User-Agent: login-validator\r
                    Accept: application/json\r
                    Content-Type: application/json;charset=UTF-8\r
                    Content-Length: 0\r
                    appSecret: c3c38bbfa3828b342d946e9770c974d0\r
                    Authorization: KakaoAK 37faf519f278646a58a30ed73e6f8a61\r
                    kgAppId: 123456\r
                    platform: mobile\r
                    accessToken: AT-5f1c2e9b7d\r
                    playerId: player-1\r
                    \r

                    """
                ]
            )
        }
    }

    @Test(arguments: Platform.allCases)
    func platformIsSentAsItsName(platform: Platform) async throws {
        try await withServer(script: { _ in [.send(Fixture.answer())] }) { client, server in
            _ = try await client.validate(Fixture.request(platform: platform))
            #expect(server.requests.first?.contains("\r\nplatform: \(platform.rawValue)\r\n") == true)
        }
    }

    @Test func missingPlayerIdIsNotSent() async throws {
        try await withServer(script: { _ in [.send(Fixture.answer())] }) { client, server in
            _ = try await client.validate(Fixture.request(playerId: nil))
            #expect(server.requests.first?.contains("playerId") == false)
            #expect(server.requests.first?.hasSuffix("accessToken: \(Fixture.token)\r\n\r\n") == true)
        }
    }

    @Test func basePathComesBeforeTheAPIs() async throws {
        let url = "http://127.0.0.1:PORT/proxy/platform/"
        try await withServer(url: url, script: { _ in [.send(Fixture.answer())] }) { client, server in
            _ = try await client.validate()
            #expect(
                server.requests.first?.hasPrefix("POST /proxy/platform/service/v5/auth/validation HTTP/1.1\r\n") == true
            )
        }
    }

    @Test(arguments: [
        "a\r\nkgAppId: 9", "a\nb", "a\rb", "a\0b", "", " ", "a b", "ä", "a\u{7F}", String(repeating: "x", count: 65),
    ])
    func playerIdThatIsNoHeaderValueIsRefused(playerId: String) async throws {
        try await withServer(script: { _ in [.send(Fixture.answer())] }) { client, server in
            let error = await failure(of: client, Fixture.request(playerId: playerId))
            #expect(error?.code == .invalidRequest)
            #expect(error?.message.contains("playerId") == true)
            #expect(server.requests.isEmpty)
        }
    }

    @Test func requestForAnotherAppThanTheCredentialsIsRefused() async throws {
        try await withServer(script: { _ in [.send(Fixture.answer())] }) { client, server in
            var request = Fixture.request()
            request.kgAppId = "654321\r\nX: y"
            #expect(await failure(of: client, request)?.code == .invalidRequest)
            #expect(server.requests.isEmpty)
        }
    }
}
