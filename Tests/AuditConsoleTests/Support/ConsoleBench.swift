import AuditTrail
import HTTPListener
import Logging
import ServiceLifecycle
import Synchronization
import Testing

@testable import AuditConsole

/// A console on a free port, and what it recorded.
final class ConsoleBench: AccessRecorder {
    struct Access: Hashable {
        var who: String
        var action: ConsoleAction
        var question: [String: String]
        var entries: Int
        var purpose: String?
    }

    struct NoRoom: Error {}

    private let state = Mutex<(accesses: [Access], isFull: Bool)>(([], false))

    var accesses: [Access] { self.state.withLock { $0.accesses } }
    var isFull: Bool {
        get { self.state.withLock { $0.isFull } }
        set { self.state.withLock { $0.isFull = newValue } }
    }

    func record(who: String, action: ConsoleAction, question: [String: String], entries: Int, purpose: String?)
        throws
    {
        try self.state.withLock { state in
            if state.isFull { throw NoRoom() }
            state.accesses.append(
                Access(who: who, action: action, question: question, entries: entries, purpose: purpose)
            )
        }
    }

    /// Runs a console, and stops it gracefully after `body`.
    func withConsole<Value>(
        _ trail: SampleTrail,
        listen: String = "127.0.0.1",
        token: String? = nil,
        requiresPurpose: Bool = false,
        _ body: (Int) async throws -> Value
    ) async throws -> Value {
        let reader = try TrailReader(path: trail.path)
        defer { reader.close() }
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let server = try AuditConsoleServer(
            reader: reader,
            listen: ListenAddress(host: listen, port: 0),
            token: token,
            recorder: self,
            requiresPurpose: requiresPurpose,
            logger: .silent,
            listening: { port.yield($0) }
        )
        let group = ServiceGroup(services: [server], logger: .silent)
        let running = Task {
            defer { port.finish() }
            try await group.run()
        }
        var iterator = ports.makeAsyncIterator()
        let listening = await iterator.next()
        do {
            let value = try await body(try #require(listening))
            await group.triggerGracefulShutdown()
            try await running.value
            return value
        } catch {
            await group.triggerGracefulShutdown()
            throw error
        }
    }
}
