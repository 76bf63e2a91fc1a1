import LoginContracts
import NIOCore
import NIOPosix
import PlatformClient
import Testing

/// Deadlines, cancellation and shutdown, on real connections.
@Suite struct DeadlineTests {
    @Test func silentServerMeetsTheRequestsDeadline() async throws {
        try await withServer(configure: { $0.requestTimeout = .milliseconds(100) }, script: { _ in [] }) {
            client,
            server in
            let clock = ContinuousClock()
            let start = clock.now
            let error = await failure(of: client)
            let elapsed = clock.now - start
            #expect(error?.code == .requestTimeout)
            #expect(elapsed >= .milliseconds(100) && elapsed < .seconds(5))
            await server.allConnectionsEnded()
        }
    }

    @Test func waitForAConnectionCountsTowardsTheDeadline() async throws {
        try await withServer(
            configure: {
                $0.maximumConnections = 1
                $0.requestTimeout = .milliseconds(100)
            },
            script: { _ in [] }
        ) { client, _ in
            await withTaskGroup(of: ValidationClientError.Code?.self) { group in
                for _ in 0..<5 { group.addTask { await failure(of: client)?.code } }
                for await code in group { #expect(code == .requestTimeout) }
            }
        }
    }

    /// A TLS client at a server that accepts and says nothing.
    @Test func silentHandshakeMeetsTheConnectDeadline() async throws {
        try await withServer(
            url: "https://127.0.0.1:PORT",
            configure: { $0.connectTimeout = .milliseconds(100) },
            script: { _ in [] }
        ) { client, server in
            #expect(await failure(of: client)?.code == .connectTimeout)
            await server.allConnectionsEnded()
        }
    }

    /// A listener whose queue is full drops further connection attempts.
    @Test func unansweredConnectMeetsTheConnectDeadline() async throws {
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 1)
            .serverChannelOption(.autoRead, value: false)
            .bind(host: "127.0.0.1", port: 0).get()
        let url = try PlatformBaseURL("http://127.0.0.1:\(listener.localAddress!.port!)")
        var configuration = PlatformClientConfiguration(baseURL: url)
        configuration.connectTimeout = .milliseconds(150)
        configuration.requestTimeout = .milliseconds(400)
        configuration.maximumConnections = 16
        configuration.shutdownGrace = .zero
        let client = try ValidationClient(configuration: configuration)
        let codes = await withTaskGroup(of: ValidationClientError.Code?.self) { group in
            for _ in 0..<16 { group.addTask { await failure(of: client)?.code } }
            return await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(codes.isSubset(of: [.connectTimeout, .requestTimeout]))
        await client.shutdown()
        try await listener.close()
    }

    @Test func cancellationEndsTheCallAndItsConnection() async throws {
        let (arrivals, arrival) = AsyncStream<Void>.makeStream()
        try await withServer(
            script: { exchange in
                arrival.yield()
                return exchange.connection == 0 ? [] : [.send(Fixture.answer())]
            }
        ) { client, server in
            let call = Task { await failure(of: client)?.code }
            var iterator = arrivals.makeAsyncIterator()
            _ = await iterator.next()
            call.cancel()
            #expect(await call.value == .cancelled)
            await server.allConnectionsEnded()
            _ = try await client.validate()
            #expect(server.connectionCount == 2)
        }
    }

    @Test func callOfACancelledTaskSendsNothing() async throws {
        try await withServer(script: { _ in [.send(Fixture.answer())] }) { client, server in
            let code = await withTaskGroup(of: ValidationClientError.Code?.self) { group in
                group.cancelAll()
                group.addTask { await failure(of: client)?.code }
                return await group.next() ?? nil
            }
            #expect(code == .cancelled)
            #expect(server.requests.isEmpty)
        }
    }

    @Test func cancelledWaiterLeavesTheOthersTheirTurn() async throws {
        let (arrivals, arrival) = AsyncStream<Void>.makeStream()
        try await withServer(
            configure: { $0.maximumConnections = 1 },
            script: { exchange in
                arrival.yield()
                return exchange.request == 0
                    ? [.dribble(Fixture.answer(), every: .microseconds(500))] : [.send(Fixture.answer())]
            }
        ) { client, server in
            async let first = client.validate()
            var iterator = arrivals.makeAsyncIterator()
            _ = await iterator.next()
            let waiter = Task { await failure(of: client)?.code }
            async let last = client.validate()
            waiter.cancel()
            #expect(await waiter.value == .cancelled)
            _ = try await first
            _ = try await last
            #expect(server.requests.count == 2)
        }
    }

    @Test func waitersBeyondTheMaximumAreRefused() async throws {
        try await withServer(
            configure: {
                $0.maximumConnections = 1
                $0.maximumWaiters = 2
                $0.requestTimeout = .milliseconds(200)
            },
            script: { _ in [] }
        ) { client, _ in
            let codes = await withTaskGroup(of: ValidationClientError.Code?.self) { group in
                for _ in 0..<10 { group.addTask { await failure(of: client)?.code } }
                return await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
            }
            #expect(codes == [.requestTimeout: 3, .noConnectionAvailable: 7])
        }
    }

    @Test func shutdownFailsWhatDoesNotEndInItsGrace() async throws {
        let (arrivals, arrival) = AsyncStream<Void>.makeStream()
        try await withServer(
            script: { _ in
                arrival.yield()
                return []
            }
        ) { client, server in
            let call = Task { await failure(of: client)?.code }
            var iterator = arrivals.makeAsyncIterator()
            _ = await iterator.next()
            async let first: Void = client.shutdown()
            async let second: Void = client.shutdown()
            #expect(await call.value == .shutDown)
            _ = await (first, second)
            await client.shutdown()
            await server.allConnectionsEnded()
            #expect(await failure(of: client)?.code == .shutDown)
        }
    }

    @Test func shutdownLetsRequestsInFlightEndWithinItsGrace() async throws {
        let (arrivals, arrival) = AsyncStream<Void>.makeStream()
        try await withServer(
            configure: { $0.shutdownGrace = .seconds(10) },
            script: { _ in
                arrival.yield()
                return [.dribble(Fixture.answer(204, ""), every: .microseconds(100))]
            }
        ) { client, _ in
            async let answer = client.validate()
            var iterator = arrivals.makeAsyncIterator()
            _ = await iterator.next()
            await client.shutdown()
            let status = try await answer.verdict.status
            #expect(status == 204)
        }
    }
}
