import LoginContracts
import NIOCore
import PlatformClient
import Testing

/// Which connections are used again, and which never.
@Suite struct ReuseTests {
    @Test func requestsOneAfterAnotherShareAConnection() async throws {
        try await withServer(script: { _ in [.send(Fixture.answer())] }) { client, server in
            for _ in 0..<20 { _ = try await client.validate() }
            #expect(server.connectionCount == 1)
            #expect(server.requests.count == 20)
        }
    }

    /// Answers after which the connection must not carry another request.
    @Test(arguments: [
        Fixture.answer(headers: "Connection: close\r\n"),
        Fixture.answer(headers: "Connection: Keep-Alive, CLOSE\r\n"),
        Fixture.answer().replacing("HTTP/1.1", with: "HTTP/1.0"),
        // Surplus bytes: a second answer, the beginning of one, and rubbish.
        Fixture.answer() + Fixture.answer(401, "{}"),
        Fixture.answer() + "HTTP/1.1 40",
        Fixture.answer() + "H",
        Fixture.answer() + "\r\n\r\nrubbish",
        "HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\nbody",
    ])
    func connectionInDoubtIsNotUsedAgain(answer: String) async throws {
        try await withServer(script: { $0.connection == 0 ? [.send(answer)] : [.send(Fixture.answer(299))] }) {
            client,
            server in
            let first = try await client.validate()
            #expect([200, 204].contains(first.verdict.status))
            let second = try await client.validate()
            #expect(second.verdict.status == 299)
            #expect(server.connectionCount == 2)
        }
    }

    @Test func surplusAnswerIsNotTakenForTheNextRequestsThatWaits() async throws {
        try await withServer(
            configure: { $0.maximumConnections = 1 },
            script: { [.send(Fixture.answer(200 + $0.connection) + Fixture.answer(499))] }
        ) { client, server in
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<5 { group.addTask { try await client.validate().verdict.status } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.sorted() == [200, 201, 202, 203, 204])
            #expect(server.connectionCount == 5)
        }
    }

    @Test func bytesBeforeARequestCloseTheConnection() async throws {
        try await withServer(greeting: [.send(Fixture.answer(499))], script: { _ in [.send(Fixture.answer())] }) {
            client,
            _ in
            // Whether the unasked answer comes before or after the request is the network's choice; it is never
            // followed by another one on the same connection.
            for _ in 0..<5 {
                if let answer = try? await client.validate() { #expect([200, 499].contains(answer.verdict.status)) }
            }
        }
    }

    @Test func connectionClosedWhileIdleIsReplacedWithoutAFailure() async throws {
        try await withServer(script: { _ in [.send(Fixture.answer()), .close] }) { client, server in
            for _ in 0..<20 { _ = try await client.validate() }
            #expect(server.requests.count == 20)
        }
    }

    @Test(arguments: [false, true])
    func requestThatCrossesTheServersCloseIsSentAgain(isReset: Bool) async throws {
        let end: ScriptedServer.Step = isReset ? .reset : .close
        try await withServer(script: { $0.request == 0 ? [.send(Fixture.answer())] : [end] }) { client, server in
            _ = try await client.validate()
            _ = try await client.validate()
            #expect(server.connectionCount == 2)
            #expect(server.requests.count == 3)
        }
    }

    /// Only silence is a reason to send a request again: an answer that has begun may be an answer to it.
    @Test(arguments: ["HTT", "HTTP/1.1 200 OK\r\nConte", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{", "rubbish"])
    func requestWhoseAnswerHasBegunIsNotSentAgain(begin: String) async throws {
        try await withServer(script: { $0.request == 0 ? [.send(Fixture.answer())] : [.send(begin), .close] }) {
            client,
            server in
            _ = try await client.validate()
            let code = await failure(of: client)?.code
            #expect(code == .connectionClosed || code == .malformedResponse)
            #expect(server.requests.count == 2)
        }
    }

    @Test func allConnectionsDeadAtOnceCostNoRequest() async throws {
        try await withServer(
            configure: { $0.maximumConnections = 8 },
            script: {
                $0.request == 0 && $0.connection < 8
                    ? [.send(Fixture.answer())] : $0.connection < 8 ? [.close] : [.send(Fixture.answer())]
            }
        ) { client, _ in
            for _ in 0..<3 {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<8 { group.addTask { _ = try await client.validate() } }
                    try await group.waitForAll()
                }
            }
        }
    }

    @Test func concurrencyIsBoundedByTheConnections() async throws {
        try await withServer(
            configure: { $0.maximumConnections = 3 },
            script: { _ in [.dribble(Fixture.answer(204, ""), every: .microseconds(10))] }
        ) { client, server in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<60 { group.addTask { _ = try await client.validate() } }
                try await group.waitForAll()
            }
            #expect(server.requests.count == 60)
            #expect(server.maximumOpenConnections == 3)
        }
    }

    @Test func idleConnectionsCloseByThemselves() async throws {
        try await withServer(
            configure: { $0.idleTimeout = .milliseconds(30) },
            script: { _ in [.send(Fixture.answer())] }
        ) { client, server in
            _ = try await client.validate()
            await server.allConnectionsEnded()
            _ = try await client.validate()
            #expect(server.connectionCount == 2)
        }
    }
}
