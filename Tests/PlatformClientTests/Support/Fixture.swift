import Foundation
import LoginContracts
import NIOSSL
import PlatformClient

/// What the tests share.
enum Fixture {
    static let appSecret = "c3c38bbfa3828b342d946e9770c974d0"
    static let adminKey = "37faf519f278646a58a30ed73e6f8a61"
    static let token = "AT-5f1c2e9b7d"

    static let credentials = try! PlatformCredentials(kgAppId: "123456", appSecret: appSecret, adminKey: adminKey)

    static func request(
        token: String = Fixture.token,
        platform: Platform = .mobile,
        playerId: String? = "player-1"
    ) -> ValidationRequest {
        ValidationRequest(
            kgAppId: "123456",
            platform: platform,
            accessToken: AccessToken(token)!,
            playerId: playerId
        )
    }

    static let okBody = #"{"player":{"kgAppId":"123456","playerId":"player-1","status":"normal"}}"#

    /// A complete answer with a length.
    static func answer(_ status: Int = 200, _ body: String = okBody, headers: String = "") -> String {
        "HTTP/1.1 \(status) Reason\r\nContent-Type: application/json\r\n\(headers)"
            + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    static func path(_ name: String) -> String {
        Bundle.module.bundleURL.appendingPathComponent("Fixtures/\(name)").path
    }

    /// The TLS side of a server with one of the fixtures' certificates.
    static func serverTLS(_ name: String) throws -> NIOSSLContext {
        let certificates = try NIOSSLCertificate.fromPEMFile(Self.path("\(name).pem"))
        let key = try NIOSSLPrivateKey(file: Self.path("\(name).key.pem"), format: .pem)
        return try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: certificates.map { .certificate($0) },
                privateKey: .privateKey(key)
            )
        )
    }
}

/// Runs a server and a client of it, and shuts both down.
func withServer<Value>(
    tls: NIOSSLContext? = nil,
    url: String? = nil,
    configure: (inout PlatformClientConfiguration) -> Void = { _ in },
    greeting: [ScriptedServer.Step] = [],
    script: @escaping ScriptedServer.Script,
    _ body: (ValidationClient, ScriptedServer) async throws -> Value
) async throws -> Value {
    let server = try await ScriptedServer.start(tls: tls, greeting: greeting, script: script)
    let scheme = tls == nil ? "http" : "https"
    let text = (url ?? "\(scheme)://127.0.0.1:PORT").replacingOccurrences(of: "PORT", with: "\(server.port)")
    var configuration = PlatformClientConfiguration(baseURL: try PlatformBaseURL(text))
    configuration.requestTimeout = .seconds(5)
    configuration.shutdownGrace = .milliseconds(50)
    configure(&configuration)
    let client = try ValidationClient(configuration: configuration)
    let result: Result<Value, any Error>
    do { result = .success(try await body(client, server)) } catch { result = .failure(error) }
    await client.shutdown()
    try await server.stop()
    return try result.get()
}

/// The error of a call that has to fail.
func failure(
    of client: ValidationClient,
    _ request: ValidationRequest = Fixture.request()
) async -> ValidationClientError? {
    do throws(ValidationClientError) {
        _ = try await client.validate(request, credentials: Fixture.credentials)
        return nil
    } catch {
        return error
    }
}

extension ValidationClient {
    func validate(_ request: ValidationRequest = Fixture.request()) async throws -> ValidationAnswer {
        try await self.validate(request, credentials: Fixture.credentials)
    }
}
