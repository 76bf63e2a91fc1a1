import LoginContracts
import NIOSSL
import PlatformClient
import Testing

@Suite struct TLSTests {
    struct Case: Sendable {
        var host: String
        var certificate: String
        var roots: String?
        var isTrusted: Bool
    }

    static let cases = [
        Case(host: "localhost", certificate: "localhost", roots: "ca", isTrusted: true),
        Case(host: "127.0.0.1", certificate: "localhost", roots: "ca", isTrusted: true),
        Case(host: "localhost", certificate: "localhost", roots: nil, isTrusted: false),
        Case(host: "localhost", certificate: "localhost", roots: "other-ca", isTrusted: false),
        Case(host: "localhost", certificate: "elsewhere", roots: "ca", isTrusted: false),
        Case(host: "127.0.0.1", certificate: "elsewhere", roots: "ca", isTrusted: false),
    ]

    @Test(arguments: cases.indices)
    func onlyTheRightCertificateIsTrusted(index: Int) async throws {
        let test = Self.cases[index]
        try await withServer(
            tls: try Fixture.serverTLS(test.certificate),
            url: "https://\(test.host):PORT",
            configure: { $0.additionalRootCertificates = test.roots.map { Fixture.path("\($0).pem") } },
            script: { _ in [.send(Fixture.answer())] }
        ) { client, server in
            if test.isTrusted {
                for _ in 0..<3 { _ = try await client.validate() }
                #expect(server.connectionCount == 1)
            } else {
                #expect(await failure(of: client)?.code == .tlsFailed)
                #expect(server.requests.isEmpty)
            }
        }
    }

    /// The server says farewell while the connection is idle, or when the second request has reached it.
    @Test(arguments: [true, false])
    func connectionThatTheServerClosedCostsNoRequest(isIdle: Bool) async throws {
        try await withServer(
            tls: try Fixture.serverTLS("localhost"),
            configure: { $0.additionalRootCertificates = Fixture.path("ca.pem") },
            script: { exchange in
                if exchange.request > 0 { return [.close] }
                return [.send(Fixture.answer())] + (isIdle ? [.close] : [])
            }
        ) { client, server in
            for _ in 0..<5 {
                let answer = try await client.validate()
                #expect(answer.verdict.player?.playerId == "player-1")
            }
            #expect(server.connectionCount == 5)
        }
    }

    @Test func silentServerMeetsTheRequestsDeadline() async throws {
        try await withServer(
            tls: try Fixture.serverTLS("localhost"),
            configure: {
                $0.additionalRootCertificates = Fixture.path("ca.pem")
                $0.requestTimeout = .seconds(1)
            },
            script: { $0.connection == 0 ? [] : [.send(Fixture.answer())] }
        ) { client, server in
            #expect(await failure(of: client)?.code == .requestTimeout)
            _ = try await client.validate()
            #expect(server.connectionCount == 2)
        }
    }

    @Test func plainServerIsATLSFailure() async throws {
        try await withServer(
            url: "https://127.0.0.1:PORT",
            greeting: [.send("HTTP/1.1 400 Bad Request\r\n\r\n"), .close],
            script: { _ in [] }
        ) { client, _ in
            #expect(await failure(of: client)?.code == .tlsFailed)
        }
    }

    @Test func serverThatHangsUpInTheHandshakeIsATLSFailure() async throws {
        try await withServer(url: "https://127.0.0.1:PORT", greeting: [.close], script: { _ in [] }) { client, _ in
            #expect(await failure(of: client)?.code == .tlsFailed)
        }
    }

    @Test func oldProtocolVersionIsRefused() async throws {
        let certificates = try NIOSSLCertificate.fromPEMFile(Fixture.path("localhost.pem"))
        var old = TLSConfiguration.makeServerConfiguration(
            certificateChain: certificates.map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(file: Fixture.path("localhost.key.pem"), format: .pem))
        )
        old.maximumTLSVersion = .tlsv11
        try await withServer(
            tls: try NIOSSLContext(configuration: old),
            configure: { $0.additionalRootCertificates = Fixture.path("ca.pem") },
            script: { _ in [.send(Fixture.answer())] }
        ) { client, _ in
            #expect(await failure(of: client)?.code == .tlsFailed)
        }
    }

    @Test(arguments: ["no-such-file.pem", "README.md"])
    func unreadableRootsAreAConfigurationError(name: String) {
        var configuration = PlatformClientConfiguration()
        configuration.additionalRootCertificates = Fixture.path(name)
        #expect {
            _ = try ValidationClient(configuration: configuration)
        } throws: {
            ($0 as? PlatformConfigurationError)?.problems.map(\.field) == ["additionalRootCertificates"]
        }
    }
}
