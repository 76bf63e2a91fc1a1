internal import NIOCore
internal import NIOHTTP1
internal import NIOTLS

/// Events of the channel, from the decoder.
extension PlatformConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent { self.ready() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .inFlight(var exchange) = self.state else { return }
        switch self.unwrapInboundIn(data) {
        case .head(let head):
            let status = Int(head.status.code)
            guard (200...999).contains(status) else {
                self.fail(.malformedResponse("status \(status) cannot end an exchange"), canRepeat: false)
                return
            }
            exchange.answer = RawAnswer(
                status: status,
                retryAfter: status >= 300 ? head.headers.first(name: "retry-after") : nil,
                body: ByteBuffer(),
                isKeptAlive: head.isKeepAlive
            )
        case .body(var part):
            let length = exchange.answer?.body?.readableBytes ?? 0
            if length + part.readableBytes > VerdictDecoder.maximumBodyLength {
                exchange.answer?.body = nil
                self.state = .inFlight(exchange)
                self.deliver(exchange, isReusable: false)
                return
            }
            if length == 0 { exchange.answer?.body = part } else { exchange.answer?.body?.writeBuffer(&part) }
        case .end:
            exchange.isComplete = true
        }
        self.state = .inFlight(exchange)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        switch self.state {
        case .inFlight(let exchange) where exchange.isComplete:
            let isReusable = exchange.answer?.isKeptAlive == true && self.isBetweenMessages(context)
            self.deliver(exchange, isReusable: isReusable && context.channel.isActive)
        case .idle:
            if !self.isBetweenMessages(context) {
                self.fail(.malformedResponse("bytes arrived before a request was sent"), canRepeat: false)
            }
        case .inFlight, .connecting, .closing, .closed:
            break
        }
        context.fireChannelReadComplete()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let hasBegun = if case .inFlight(let exchange) = self.state { exchange.answer != nil } else { false }
        let failure: ValidationClientError =
            if case .connecting = self.state {
                .handshakeFailure(error, with: self.pool.configuration.baseURL)
            } else {
                .exchangeFailure(error, answerHasBegun: hasBegun)
            }
        // The decoder tells a broken message by its error, and bytes of an unfinished head by its state.
        let isSilent = !hasBegun && !(error is HTTPParserError) && self.isBetweenMessages(context)
        self.fail(failure, canRepeat: isSilent && failure.code == .connectionClosed)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.ended()
        context.fireChannelInactive()
    }
}
