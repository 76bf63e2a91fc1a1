import AsyncHTTPClient
import Foundation
import LoginContracts
import NIOCore
import NIOHTTP1
import NIOPosix
import PlatformClient

/// A way to ask the platform about a token; each uses one event loop.
protocol Contender: Sendable {
    var name: String { get }
    func validate() async throws
    func shutdown() async throws
}

/// What every contender asks.
enum Question {
    static let credentials = try! PlatformCredentials(
        kgAppId: "123456",
        appSecret: "c3c38bbfa3828b342d946e9770c974d0",
        adminKey: "37faf519f278646a58a30ed73e6f8a61"
    )
    static let request = ValidationRequest(
        kgAppId: "123456",
        platform: .mobile,
        accessToken: AccessToken("AT-5f1c2e9b7d5f1c2e9b7d5f1c2e9b7d5f1c2e9b7d")!,
        playerId: "player-1"
    )
}

/// This package's client.
struct CoreClient: Contender {
    let name = "ValidationClient"
    let client: ValidationClient

    init(baseURL: String) throws {
        self.client = try ValidationClient(configuration: .init(baseURL: PlatformBaseURL(baseURL)))
    }

    func validate() async throws {
        _ = try await self.client.validate(Question.request, credentials: Question.credentials)
    }

    func shutdown() async throws { await self.client.shutdown() }
}

/// The general client, with the same headers, the same deadline and the body decoded.
struct GeneralClient: Contender {
    let name = "AsyncHTTPClient"
    let url: String
    let client: HTTPClient
    let decoder = JSONDecoder()

    struct Body: Decodable {
        struct Player: Decodable {
            var kgAppId: String?
            var playerId: String?
            var status: String?
        }

        var desc: String?
        var player: Player?
    }

    init(baseURL: String) {
        self.url = baseURL + "/service/v5/auth/validation"
        let loop: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton.next()
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
        self.client = HTTPClient(eventLoopGroupProvider: .shared(loop), configuration: configuration)
    }

    func validate() async throws {
        var request = HTTPClientRequest(url: self.url)
        request.method = .POST
        request.headers = [
            "User-Agent": "login-validator", "Accept": "application/json",
            "Content-Type": "application/json;charset=UTF-8", "appSecret": Question.credentials.appSecret,
            "Authorization": "KakaoAK " + Question.credentials.adminKey, "kgAppId": Question.request.kgAppId,
            "platform": Question.request.platform.rawValue, "accessToken": Question.request.accessToken.value,
            "playerId": Question.request.playerId!,
        ]
        let response = try await self.client.execute(request, timeout: .seconds(7))
        let body = try await response.body.collect(upTo: 64 * 1024)
        _ = try self.decoder.decode(Body.self, from: Data(body.readableBytesView))
    }

    func shutdown() async throws { try await self.client.shutdown() }
}
