package import AuditTrail
package import HTTPListener
package import Logging
import NIOPosix
import ServiceLifecycle

/// The web page for auditors: searches, stories, counts and proofs of one trail, which it only reads.
///
/// Plain HTTP/1.1. On the loopback interface whoever may open a connection on this machine may look; beyond it, who has the
/// token. TLS is a proxy's business, and a browser computes no hashes for a page that came from another machine without it.
/// Sizes, connections, threads and idle time are bounded, see ``ServerLimits``.
package struct AuditConsoleServer: Service {
    private let reader: TrailReader
    private let listen: ListenAddress
    private let signIn: SignIn?
    private let recorder: any AccessRecorder
    private let requiresPurpose: Bool
    private let logger: Logger
    private let listening: @Sendable (Int) -> Void

    /// A connection without a request this long is closed.
    static let idleTimeout: Duration = .seconds(60)

    /// - Parameters:
    ///   - reader: The caller's; it stays open.
    ///   - token: What has to be given to sign in, ``ConsoleToken/lengths`` visible ASCII characters; needed unless
    ///     `listen` is a loopback address, where it is not asked for.
    ///   - recorder: Told about each access before it is answered.
    ///   - requiresPurpose: Whether who downloads evidence has to say why.
    ///   - listening: Hears the port once connections are accepted.
    /// - Throws: ``ConsoleError`` when the token is missing or unusable.
    package init(
        reader: TrailReader,
        listen: ListenAddress,
        token: String?,
        recorder: any AccessRecorder,
        requiresPurpose: Bool = false,
        logger: Logger,
        listening: @escaping @Sendable (Int) -> Void = { _ in }
    ) throws(ConsoleError) {
        if listen.isLoopback {
            self.signIn = nil
        } else {
            guard let token = token.flatMap({ ConsoleToken($0) }) else {
                throw ConsoleError(
                    "The audit console would be open to other machines on \(listen): set AUDIT_CONSOLE_TOKEN or "
                        + "AUDIT_CONSOLE_TOKEN_FILE to \(ConsoleToken.lengths.lowerBound) to "
                        + "\(ConsoleToken.lengths.upperBound) visible ASCII characters (`openssl rand -hex 32` makes "
                        + "them), or listen on 127.0.0.1."
                )
            }
            self.signIn = SignIn(token: token)
        }
        self.reader = reader
        self.listen = listen
        self.recorder = recorder
        self.requiresPurpose = requiresPurpose
        self.logger = logger
        self.listening = listening
    }

    /// Serves until a graceful shutdown.
    ///
    /// - Throws: ``ConsoleError`` that names the address when it cannot be listened on.
    package func run() async throws {
        let threads = NIOThreadPool(numberOfThreads: TrailReader.maximumConnections)
        threads.start()
        do {
            try await self.server(threads).run { reason in
                ConsoleError(
                    "The audit console cannot listen on \(self.listen): \(reason). Give an address of this host and a "
                        + "free port with --listen."
                )
            }
        } catch {
            try? await threads.shutdownGracefully()
            throw error
        }
        try await threads.shutdownGracefully()
    }

    private func server(_ threads: NIOThreadPool) -> BoundedServer<ConsoleResponder> {
        let responder = ConsoleResponder(
            api: ConsoleAPI(
                reader: self.reader,
                recorder: self.recorder,
                requiresPurpose: self.requiresPurpose,
                threads: threads,
                logger: self.logger
            ),
            gate: RequestGate(isLoopback: self.listen.isLoopback),
            signIn: self.signIn,
            logger: self.logger
        )
        return BoundedServer(
            responder,
            listen: self.listen,
            idleTimeout: Self.idleTimeout,
            logger: self.logger,
            listening: self.listening
        )
    }
}

/// Why the console cannot serve: what failed and what to do next.
package struct ConsoleError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
