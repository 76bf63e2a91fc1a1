internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL

/// Opens TCP connections and builds their pipelines: TLS, NIOHTTP1's response decoder, ``PlatformConnection``.
struct Connector {
    /// The longest header field and the longest head of an answer, in bytes.
    static let maximumHeadLength = 16 * 1024
    /// The most header fields of an answer.
    static let maximumHeaderFields = 100

    let baseURL: PlatformBaseURL
    let connectTimeout: TimeAmount
    let tls: NIOSSLContext?
    let eventLoop: any EventLoop

    init(configuration: PlatformClientConfiguration, tls: NIOSSLContext?, eventLoop: any EventLoop) {
        self.baseURL = configuration.baseURL
        self.connectTimeout = TimeAmount(configuration.connectTimeout)
        self.tls = tls
        self.eventLoop = eventLoop
    }

    /// Starts an attempt; its end is reported to the connection's pool.
    ///
    /// Reading begins when the pipeline is complete, so that nothing that a server sends unasked gets past it. One
    /// read per event is enough, because an answer seldom takes two, and saves a system call that finds nothing.
    func connect(_ connection: PlatformConnection) {
        let bootstrap = ClientBootstrap(group: self.eventLoop)
            .connectTimeout(self.connectTimeout)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelOption(.autoRead, value: false)
        let attempt: EventLoopFuture<any Channel> =
            if let address = try? SocketAddress(ipAddress: self.baseURL.host, port: self.baseURL.port) {
                bootstrap.connect(to: address)
            } else {
                bootstrap.connect(host: self.baseURL.host, port: self.baseURL.port)
            }
        attempt.assumeIsolated().whenComplete { result in
            switch result {
            case .success(let channel):
                self.configure(channel, for: connection)
            case .failure(let error):
                let failure = ValidationClientError.connectFailure(error, to: self.baseURL)
                connection.pool.connectFailed(connection, failure, hasSocket: false)
            }
        }
    }

    private func configure(_ channel: any Channel, for connection: PlatformConnection) {
        channel.closeFuture.assumeIsolated().whenComplete { _ in connection.gone() }
        let pipeline = channel.pipeline.syncOperations
        do {
            let decoder = HTTPResponseDecoder(
                leftOverBytesStrategy: .dropBytes,
                informationalResponseStrategy: .drop,
                limitConfiguration: Self.limits
            )
            let handler = ByteToMessageHandler(decoder)
            try pipeline.addHandler(handler)
            connection.opened(
                channel,
                http: .init(decoder: decoder, writeContext: try pipeline.context(handler: handler))
            )
            try pipeline.addHandler(connection)
            if case .closing = connection.state {
                // The attempt's deadline passed while the connection was made.
                connection.close()
                return
            }
            if let tls {
                // Added last and in front, because it begins the handshake at once.
                let name = self.baseURL.isIPAddress ? nil : self.baseURL.host
                try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: name), position: .first)
            } else {
                connection.ready()
            }
            try channel.syncOptions?.setOption(.autoRead, value: true)
        } catch {
            // The connection reports the failure when the channel is gone.
            channel.close(promise: nil)
        }
    }

    private static var limits: NIOHTTPDecoderLimitConfiguration {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = Self.maximumHeadLength
        limits.maxHeaderListSize = Self.maximumHeadLength
        limits.maxHeaderFieldCount = Self.maximumHeaderFields
        return limits
    }
}

extension PlatformBaseURL {
    /// Whether the host is an address: TLS has no server name for one, and checks the certificate's addresses instead.
    var isIPAddress: Bool { (try? SocketAddress(ipAddress: self.host, port: self.port)) != nil }
}
