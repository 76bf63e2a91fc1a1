import LoginContracts
import NIOConcurrencyHelpers
import NIOCore
import PlatformClient
import Testing

/// The way without a task: on the event loop, with a completion.
@Suite struct FastPathTests {
    @Test func completionComesOnceOnTheEventLoopAndNeverBeforeTheCallReturns() async throws {
        try await withServer(script: { _ in [.send(Fixture.answer())] }) { client, _ in
            let requests = [
                Fixture.request(), Fixture.request(playerId: "not valid"), Fixture.request(token: "other"),
            ]
            for request in requests {
                let completions = NIOLockedValueBox(0)
                let isOrdered = await withCheckedContinuation { continuation in
                    client.eventLoop.execute {
                        var hasReturned = false
                        client.validate(request, credentials: Fixture.credentials) { _ in
                            completions.withLockedValue { $0 += 1 }
                            continuation.resume(returning: hasReturned && client.eventLoop.inEventLoop)
                        }
                        hasReturned = true
                    }
                }
                #expect(isOrdered)
                #expect(completions.withLockedValue(\.self) == 1)
            }
        }
    }

    /// The address is one that the system refuses on the spot, without a packet.
    @Test(arguments: ["127.0.0.1", "255.255.255.255"])
    func immediateFailureIsReportedAfterTheCallReturns(host: String) async throws {
        let port = try RefusingPort()
        defer { port.release() }
        let url = try PlatformBaseURL("http://\(host):\(port.number)")
        let client = try ValidationClient(configuration: PlatformClientConfiguration(baseURL: url))
        let isOrdered = await withCheckedContinuation { continuation in
            client.eventLoop.execute {
                var hasReturned = false
                client.validate(Fixture.request(), credentials: Fixture.credentials) { result in
                    guard case .failure = result else { return continuation.resume(returning: false) }
                    continuation.resume(returning: hasReturned)
                }
                hasReturned = true
            }
        }
        #expect(isOrdered)
        await client.shutdown()
    }

    @Test func completionMayStartTheNextRequest() async throws {
        try await withServer(
            configure: { $0.maximumConnections = 1 },
            script: { _ in [.send(Fixture.answer())] }
        ) { client, server in
            await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                client.eventLoop.execute { Self.chain(client, remaining: 200) { continuation.resume() } }
            }
            #expect(server.requests.count == 200)
            #expect(server.connectionCount == 1)
        }
    }

    private static func chain(_ client: ValidationClient, remaining: Int, end: @escaping () -> Void) {
        client.validate(Fixture.request(), credentials: Fixture.credentials) { result in
            if case .failure(let error) = result { Issue.record(error) }
            if remaining == 1 { end() } else { Self.chain(client, remaining: remaining - 1, end: end) }
        }
    }

    @Test func cancelEndsARequestOnce() async throws {
        try await withServer(script: { _ in [] }) { client, server in
            let code: ValidationClientError.Code? = await withCheckedContinuation { continuation in
                client.eventLoop.execute {
                    let id = client.validate(Fixture.request(), credentials: Fixture.credentials) { result in
                        guard case .failure(let error) = result else { return continuation.resume(returning: nil) }
                        continuation.resume(returning: error.code)
                    }
                    client.cancel(id!)
                    client.cancel(id!)
                }
            }
            #expect(code == .cancelled)
            #expect(server.requests.isEmpty)
        }
    }

    /// One refused connection fails everybody who waits for it, and each starts again before the next is told: the new
    /// request must not take the place of one that has not been told yet.
    @Test func refusedCallersThatTryAgainAtOnceAreEachToldOnce() async throws {
        let port = try RefusingPort()
        defer { port.release() }
        let url = try PlatformBaseURL("http://127.0.0.1:\(port.number)")
        let client = try ValidationClient(configuration: PlatformClientConfiguration(baseURL: url))
        let answers = NIOLockedValueBox<[Int]>([])
        let (callers, rounds) = (16, 8)
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            @Sendable func call(_ caller: Int, _ round: Int) {
                client.validate(Fixture.request(), credentials: Fixture.credentials) { _ in
                    let count = answers.withLockedValue { answers in
                        answers.append(caller)
                        return answers.count
                    }
                    if round < rounds { call(caller, round + 1) }
                    if count == callers * rounds { continuation.resume() }
                }
            }
            client.eventLoop.execute { for caller in 0..<callers { call(caller, 1) } }
        }
        let counts = Dictionary(grouping: answers.withLockedValue(\.self)) { $0 }.mapValues(\.count)
        #expect(counts == Dictionary(uniqueKeysWithValues: (0..<callers).map { ($0, rounds) }))
        await client.shutdown()
    }
}
