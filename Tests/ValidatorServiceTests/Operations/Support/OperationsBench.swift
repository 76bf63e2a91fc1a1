import CoreMetrics
import HTTPListener
import Logging
import ServiceLifecycle
import Testing

@testable import ValidatorService

/// An operations server on a free port, with everything it shows in the test's hands.
struct OperationsBench {
    let readiness = ReadinessState()
    let registry = PrometheusRegistry()
    let guards = FakeGuards()
    var logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// Runs a server, and stops it gracefully after `body`.
    func withServer(
        host: String = "127.0.0.1",
        token: Secret? = nil,
        isAlive: @escaping @Sendable () async -> Bool = { true },
        livenessLimit: Duration = .seconds(30),
        _ body: (Int) async throws -> Void
    ) async throws {
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let server = OperationsServer(
            listen: ListenAddress(host: host, port: 0),
            readiness: self.readiness,
            registry: self.registry,
            guards: self.guards,
            token: token,
            livenessLimit: livenessLimit,
            isAlive: isAlive,
            logger: self.logger,
            listening: { port.yield($0) }
        )
        let group = ServiceGroup(services: [server], logger: self.logger)
        let running = Task {
            defer { port.finish() }
            try await group.run()
        }
        var iterator = ports.makeAsyncIterator()
        let listening = await iterator.next()
        do {
            try await body(try #require(listening))
        } catch {
            await group.triggerGracefulShutdown()
            throw error
        }
        await group.triggerGracefulShutdown()
        try await running.value
    }

    /// A request that asks for the connection to be closed after the answer.
    static func send(
        _ port: Int,
        _ method: String,
        _ target: String,
        host: String? = "localhost",
        headers: [String] = [],
        body: String = ""
    ) async throws -> RawConnection.Answer {
        var lines = ["\(method) \(target) HTTP/1.1"]
        if let host { lines.append("Host: \(host)") }
        lines += ["Connection: close"] + headers
        let request = lines.joined(separator: "\r\n") + "\r\n\r\n" + body
        return try await RawConnection.exchange(port: port, request: request)
    }
}
