import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import NIOSSL

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// A server that answers each request with whatever bytes its script says, well-formed or not.
final class ScriptedServer: Sendable {
    enum Step: Sendable {
        case send(String)
        case bytes([UInt8])
        /// One byte at a time, with a pause before each.
        case dribble(String, every: TimeAmount)
        case close
        /// Ends the connection with a reset instead of a regular close.
        case reset
    }

    /// Which request it is: the connection's number and the request's number on it, both from 0.
    struct Exchange: Sendable {
        var connection: Int
        var request: Int
        var text: String
    }

    struct Log: Sendable {
        var requests: [String] = []
        var connections = 0
        var openConnections = 0
        var maximumOpenConnections = 0
        var ends: [CheckedContinuation<Void, Never>] = []
    }

    typealias Script = @Sendable (Exchange) -> [Step]

    let port: Int
    let log: NIOLockedValueBox<Log>
    private let channel: any Channel

    private init(channel: any Channel, log: NIOLockedValueBox<Log>) {
        self.channel = channel
        self.port = channel.localAddress!.port!
        self.log = log
    }

    /// Starts on a port of 127.0.0.1 that is free; `greeting` is sent before any request comes.
    static func start(
        tls: NIOSSLContext? = nil,
        greeting: [Step] = [],
        script: @escaping Script
    ) async throws -> ScriptedServer {
        let log = NIOLockedValueBox(Log())
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
                    let handler = ScriptHandler(log: log, greeting: greeting, script: script)
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return ScriptedServer(channel: channel, log: log)
    }

    func stop() async throws {
        try await self.channel.close()
    }

    var connectionCount: Int { self.log.withLockedValue(\.connections) }

    /// The most clients that were connected at a time.
    var maximumOpenConnections: Int { self.log.withLockedValue(\.maximumOpenConnections) }

    var requests: [String] { self.log.withLockedValue(\.requests) }

    /// Returns when no client is connected.
    func allConnectionsEnded() async {
        await withCheckedContinuation { continuation in
            let isDone = self.log.withLockedValue { log in
                if log.openConnections > 0 { log.ends.append(continuation) }
                return log.openConnections == 0
            }
            if isDone { continuation.resume() }
        }
    }
}

private final class ScriptHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let log: NIOLockedValueBox<ScriptedServer.Log>
    let greeting: [ScriptedServer.Step]
    let script: ScriptedServer.Script
    var received = ""
    var connection = 0
    var request = 0

    init(
        log: NIOLockedValueBox<ScriptedServer.Log>,
        greeting: [ScriptedServer.Step],
        script: @escaping ScriptedServer.Script
    ) {
        self.log = log
        self.greeting = greeting
        self.script = script
    }

    func channelActive(context: ChannelHandlerContext) {
        self.connection = self.log.withLockedValue { log in
            log.connections += 1
            log.openConnections += 1
            log.maximumOpenConnections = max(log.maximumOpenConnections, log.openConnections)
            return log.connections - 1
        }
        self.run(self.greeting[...], context: context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        let ends = self.log.withLockedValue { log in
            log.openConnections -= 1
            guard log.openConnections == 0 else { return [CheckedContinuation<Void, Never>]() }
            defer { log.ends = [] }
            return log.ends
        }
        for end in ends { end.resume() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.received += String(buffer: self.unwrapInboundIn(data))
        while let end = self.received.firstRange(of: "\r\n\r\n") {
            let text = String(self.received[..<end.upperBound])
            self.received.removeSubrange(..<end.upperBound)
            self.log.withLockedValue { $0.requests.append(text) }
            let exchange = ScriptedServer.Exchange(connection: self.connection, request: self.request, text: text)
            self.request += 1
            self.run(self.script(exchange)[...], context: context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func run(_ steps: ArraySlice<ScriptedServer.Step>, context: ChannelHandlerContext) {
        guard let step = steps.first, context.channel.isActive else { return }
        switch step {
        case .send(let text):
            context.writeAndFlush(self.wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
        case .bytes(let bytes):
            context.writeAndFlush(self.wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
        case .dribble(let text, let pause):
            guard let first = text.first else { break }
            let rest = ScriptedServer.Step.dribble(String(text.dropFirst()), every: pause)
            context.eventLoop.assumeIsolated().scheduleTask(in: pause) {
                self.run([.send(String(first)), rest] + steps.dropFirst(), context: context)
            }
            return
        case .close:
            context.close(promise: nil)
        case .reset:
            let socket = context.channel as? any SocketOptionProvider
            _ = socket?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
            context.close(promise: nil)
        }
        self.run(steps.dropFirst(), context: context)
    }
}
