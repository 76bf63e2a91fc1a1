import LoginContracts
import NIOCore
import PlatformClient
import Testing

/// Servers that break off, babble or keep silent.
@Suite struct FaultTests {
    struct Case: Sendable {
        var steps: [ScriptedServer.Step]
        var code: ValidationClientError.Code
    }

    static let cases = [
        Case(steps: [.close], code: .connectionClosed),
        Case(steps: [.reset], code: .connectionClosed),
        Case(steps: [.send("HTT"), .close], code: .connectionClosed),
        Case(steps: [.send("HTTP/1.1 200 OK\r\nContent-Le"), .close], code: .connectionClosed),
        Case(steps: [.send("HTTP/1.1 200 OK\r\nContent-Length: 71\r\n\r\n"), .close], code: .connectionClosed),
        Case(steps: [.send("HTTP/1.1 200 OK\r\nContent-Length: 71\r\n\r\n{\"pl"), .close], code: .connectionClosed),
        Case(steps: [.send("HTTP/1.1 200 OK\r\nContent-Length: 71\r\n\r\n{\"pl"), .reset], code: .connectionClosed),
        Case(
            steps: [.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"pla\r\n"), .close],
            code: .connectionClosed
        ),
        Case(steps: [.send("HTTP/1.1 100 Continue\r\n\r\n"), .close], code: .connectionClosed),
        Case(steps: [.send("SSH-2.0-OpenSSH_9.2\r\n")], code: .malformedResponse),
        Case(steps: [.send("\0\0\0\0garbage")], code: .malformedResponse),
        Case(steps: [.send("HTTP/2.0 200 OK\r\n\r\n")], code: .malformedResponse),
        Case(steps: [.send("HTTP/1.1 20x OK\r\n\r\n")], code: .malformedResponse),
        Case(steps: [.send("HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n")], code: .malformedResponse),
        Case(steps: [.send("HTTP/1.1 1000 Odd\r\nContent-Length: 0\r\n\r\n")], code: .malformedResponse),
        Case(
            steps: [.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n")],
            code: .malformedResponse
        ),
        Case(steps: [.send("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n")], code: .malformedResponse),
        Case(
            steps: [.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n")],
            code: .malformedResponse
        ),
        Case(steps: [.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n")], code: .malformedResponse),
        Case(
            steps: [.send("HTTP/1.1 200 OK\r\nX: " + String(repeating: "x", count: 17_000) + "\r\n\r\n")],
            code: .malformedResponse
        ),
        Case(
            steps: [.send("HTTP/1.1 200 OK\r\n" + String(repeating: "X: y\r\n", count: 101) + "\r\n")],
            code: .malformedResponse
        ),
        Case(steps: [], code: .requestTimeout),
        Case(steps: [.send("HTTP/1.1 200 OK\r\nContent-Length: 71\r\n\r\n{")], code: .requestTimeout),
        Case(steps: [.dribble(Fixture.answer(), every: .milliseconds(50))], code: .requestTimeout),
    ]

    @Test(arguments: cases.indices)
    func brokenAnswerIsATypedErrorAndTheNextRequestSucceeds(index: Int) async throws {
        let fault = Self.cases[index]
        try await withServer(
            configure: { $0.requestTimeout = fault.code == .requestTimeout ? .milliseconds(500) : .seconds(5) },
            script: { $0.connection == 0 ? fault.steps : [.send(Fixture.answer())] }
        ) { client, server in
            let error = await failure(of: client)
            #expect(error?.code == fault.code, "\(String(describing: error))")
            #expect(error?.location.hasPrefix("PlatformClient/") == true)
            // A connection in doubt is not used again: the next request is on another one and succeeds.
            let verdict = try await client.validate().verdict
            #expect(verdict.status == 200)
            #expect(server.connectionCount == 2)
        }
    }

    @Test func refusedConnectionIsAConnectionFailure() async throws {
        let port = try RefusingPort()
        defer { port.release() }
        let url = try PlatformBaseURL("http://127.0.0.1:\(port.number)")
        let client = try ValidationClient(configuration: PlatformClientConfiguration(baseURL: url))
        for _ in 0..<3 { #expect(await failure(of: client)?.code == .connectionFailed) }
        await client.shutdown()
    }

    @Test func unknownHostIsAConnectionFailure() async throws {
        var configuration = PlatformClientConfiguration(baseURL: try PlatformBaseURL("http://no-such-host.invalid"))
        configuration.connectTimeout = .seconds(2)
        let client = try ValidationClient(configuration: configuration)
        let code = await failure(of: client)?.code
        // A machine whose resolver is silent reports the deadline instead.
        #expect(code == .connectionFailed || code == .connectTimeout)
        await client.shutdown()
    }

    @Test func noErrorHoldsASecret() async throws {
        let echo = Fixture.token + Fixture.appSecret + Fixture.adminKey
        for steps: [ScriptedServer.Step] in [[.send(echo)], [.send("HTTP/1.1 \(echo)\r\n\r\n")], [.close]] {
            try await withServer(script: { _ in steps }) { client, _ in
                let error = try #require(await failure(of: client))
                for text in ["\(error)", String(reflecting: error), error.message, error.cause ?? ""] {
                    #expect(!text.contains(Fixture.token))
                    #expect(!text.contains(Fixture.appSecret))
                    #expect(!text.contains(Fixture.adminKey))
                }
            }
        }
    }
}
