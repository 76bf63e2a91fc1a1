internal import LoginContracts
internal import NIOCore
internal import NIOHTTP1

/// One connection to the platform: writes a request, collects its answer and reports to the pool, on the event loop.
///
/// Parsing is NIOHTTP1's. The request is not encoded by it but copied from prepared bytes, so the decoder is told by
/// hand that a request went out. An answer is reported when the bytes that brought its end are all parsed: surplus
/// bytes behind it show by then, and they must never be taken for the answer to the next request.
final class PlatformConnection {
    typealias RequestID = ConnectionPoolStateMachine.RequestID

    let id: ConnectionPoolStateMachine.ConnectionID
    let pool: ConnectionPool
    var state = State.connecting
    private var channel: (any Channel)?
    var http: HTTPPipeline?
    private var buffer = ByteBuffer()

    enum State {
        /// No channel, or no TLS session, yet. Exits: idle, closing.
        case connecting
        /// Exits: inFlight, closing.
        case idle
        /// Exits: idle, closing.
        case inFlight(Exchange)
        /// Nothing that still arrives counts. Exit: closed.
        case closing
        case closed
    }

    /// A request and what has come of its answer.
    struct Exchange {
        let request: RequestID
        var answer: RawAnswer?
        var isComplete = false
    }

    /// What a request needs of the pipeline.
    struct HTTPPipeline {
        let decoder: HTTPResponseDecoder
        /// The context of the decoder's handler, from which bytes go straight to TLS or the socket.
        let writeContext: ChannelHandlerContext
    }

    private static let head = HTTPRequestHead(version: .http1_1, method: .POST, uri: ValidationRequestEncoder.path)

    init(id: ConnectionPoolStateMachine.ConnectionID, pool: ConnectionPool) {
        self.id = id
        self.pool = pool
    }

    // MARK: The pool's orders

    func send(_ id: RequestID, _ pending: ConnectionPool.PendingRequest, encoder: ValidationRequestEncoder) {
        guard case .idle = self.state, let http = self.http else {
            preconditionFailure("A request needs an idle connection")
        }
        self.state = .inFlight(Exchange(request: id))
        http.decoder.write(data: .head(Self.head))
        self.buffer.clear()
        encoder.encode(pending.request, credentials: pending.credentials, into: &self.buffer)
        http.writeContext.writeAndFlush(NIOAny(self.buffer), promise: nil)
    }

    /// Closes the connection; whatever it was doing is over for it.
    func close() {
        if case .closed = self.state { return }
        self.state = .closing
        self.channel?.close(mode: .all, promise: nil)
    }

    // MARK: Opening

    /// The TCP connection is made and the handlers are about to be added.
    func opened(_ channel: any Channel, http: HTTPPipeline) {
        self.channel = channel
        self.http = http
    }

    /// Requests can be sent: the TCP connection is made or, with TLS, the session.
    func ready() {
        guard case .connecting = self.state else { return }
        self.state = .idle
        self.pool.connected(self)
    }

    /// The socket is gone and every handler removed.
    func gone() {
        if case .closed = self.state { return }
        // For a channel that was closed before its handlers were added, this is the first notice.
        self.ended()
        self.state = .closed
        self.http = nil
        self.channel = nil
        self.pool.closed(self)
    }

    // MARK: Reports to the pool

    func ended() {
        let hasBegun = if case .inFlight(let exchange) = self.state { exchange.answer != nil } else { false }
        let error: ValidationClientError =
            if case .connecting = self.state {
                .closedInHandshake(self.pool.configuration.baseURL)
            } else {
                .connectionClosed(answerHasBegun: hasBegun)
            }
        self.fail(error, canRepeat: !hasBegun)
    }

    func deliver(_ exchange: Exchange, isReusable: Bool) {
        self.state = .idle
        self.pool.answered(self, exchange.answer!, to: exchange.request, isReusable: isReusable)
    }

    func fail(_ error: ValidationClientError, canRepeat: Bool) {
        switch self.state {
        case .connecting:
            self.pool.connectFailed(self, error, hasSocket: true)
        case .inFlight(let exchange) where exchange.isComplete:
            // The answer came whole; only what follows it is wrong.
            self.deliver(exchange, isReusable: false)
        case .idle, .inFlight:
            self.pool.broken(self, error, canRepeat: canRepeat)
        case .closing, .closed:
            break
        }
    }

    /// Whether the decoder has parsed whole messages only: the end of the stream would be no surprise to it now.
    func isBetweenMessages(_ context: ChannelHandlerContext) -> Bool {
        guard let decoder = self.http?.decoder else { return false }
        var nothing = ByteBuffer()
        do {
            _ = try decoder.decodeLast(context: context, buffer: &nothing, seenEOF: true)
            return true
        } catch {
            return false
        }
    }
}
