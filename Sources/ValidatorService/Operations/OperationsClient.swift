import Foundation
package import HTTPListener
import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOPosix

/// Asks the operations endpoint of a running service: one request, one connection, one answer.
///
/// Made of the pieces that are here anyway. It takes no notice of proxy variables: what it sends stays between this machine
/// and the address it was given, and so does the token.
package struct OperationsClient: Sendable {
    let address: ListenAddress
    let token: Secret?
    /// Of connecting, and again of the answer.
    var timeout: Duration = .seconds(10)

    /// The longest answer that is taken, in bytes: a report of some ten thousand apps.
    static let maximumAnswerBytes = 16 * 1024 * 1024

    /// - Parameters:
    ///   - address: where the service listens, its `OPS_LISTEN`.
    ///   - token: sent with a release, and with nothing else.
    package init(address: ListenAddress, token: Secret?) {
        self.address = address
        self.token = token
    }

    /// The guards and hosts of the service.
    package func guardReport() async throws(OperationsClientError) -> GuardReport {
        try await self.ask(HTTPRequestHead(version: .http1_1, method: .GET, uri: OperationsResponder.guardPath))
    }

    /// Releases the guard of an app, or of all.
    ///
    /// - Parameters:
    ///   - kgAppId: digits; `nil` is all.
    ///   - requester: who releases, for the service's log; what is not visible ASCII is left out.
    package func releaseGuards(
        kgAppId: String?,
        requester: String
    ) async throws(OperationsClientError) -> GuardRelease {
        let query = kgAppId.map { "kgAppId=\($0)" } ?? "all=true"
        var head = HTTPRequestHead(
            version: .http1_1,
            method: .POST,
            uri: "\(OperationsResponder.releasePath)?\(query)"
        )
        let name = String(decoding: requester.utf8.filter { (0x21...0x7E).contains($0) }, as: UTF8.self)
        head.headers.add(
            name: OperatorAccess.requestedBy.rawName,
            value: name.isEmpty ? "unknown" : String(name.prefix(OperatorAccess.maximumRequesterLength))
        )
        head.headers.add(name: "Content-Length", value: "0")
        if let token { head.headers.add(name: "Authorization", value: "Bearer \(token.value)") }
        return try await self.ask(head)
    }

    private func ask<Answer: Decodable>(_ head: HTTPRequestHead) async throws(OperationsClientError) -> Answer {
        let answer = try await self.exchange(head)
        let body = Data(answer.body.map { Array($0.readableBytesView) } ?? [])
        guard answer.head.status == .ok else {
            let refusal = try? JSONDecoder().decode(OperationsRefusal.self, from: body)
            throw .refused(self.address, status: Int(answer.head.status.code), rule: refusal?.error)
        }
        do {
            return try JSONDecoder().decode(Answer.self, from: body)
        } catch {
            throw .notAnOperationsEndpoint(self.address)
        }
    }

    private func exchange(_ head: HTTPRequestHead) async throws(OperationsClientError) -> NIOHTTPClientResponseFull {
        var head = head
        let host = self.address.host.contains(":") ? "[\(self.address.host)]" : self.address.host
        head.headers.add(name: "Host", value: "\(host):\(self.address.port)")
        head.headers.add(name: "Connection", value: "close")
        let limit = TimeAmount(self.timeout)
        let channel: any Channel
        let answer: EventLoopFuture<NIOHTTPClientResponseFull>
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        let promise = eventLoop.makePromise(of: NIOHTTPClientResponseFull.self)
        do {
            channel = try await ClientBootstrap(group: eventLoop)
                .connectTimeout(limit)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let pipeline = channel.pipeline.syncOperations
                        try pipeline.addHTTPClientHandlers(leftOverBytesStrategy: .dropBytes)
                        try pipeline.addHandler(
                            NIOHTTPClientResponseAggregator(maxContentLength: Self.maximumAnswerBytes)
                        )
                        try pipeline.addHandler(AnswerHandler(promise: promise))
                    }
                }
                .connect(host: self.address.host, port: self.address.port).get()
            answer = promise.futureResult
        } catch {
            promise.fail(error)
            throw .unreachable(self.address, cause: "\(error)")
        }
        let deadline = eventLoop.scheduleTask(in: limit) { promise.fail(AnswerHandler.TimedOut()) }
        do {
            channel.write(HTTPClientRequestPart.head(head), promise: nil)
            channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
            let full = try await answer.get()
            deadline.cancel()
            channel.close(promise: nil)
            return full
        } catch {
            deadline.cancel()
            channel.close(promise: nil)
            if error is AnswerHandler.TimedOut { throw .timedOut(self.address, self.timeout) }
            throw .notAnOperationsEndpoint(self.address)
        }
    }
}

/// Hands the one answer over, or what came instead. On the channel's event loop, like every handler.
private final class AnswerHandler: ChannelInboundHandler {
    typealias InboundIn = NIOHTTPClientResponseFull

    struct TimedOut: Error {}

    private let promise: EventLoopPromise<NIOHTTPClientResponseFull>

    init(promise: EventLoopPromise<NIOHTTPClientResponseFull>) {
        self.promise = promise
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.promise.succeed(self.unwrapInboundIn(data))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.promise.fail(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.promise.fail(ChannelError.eof)
    }
}
