internal import LoginContracts

/// How a ``ValidationClient`` reaches the platform and where its limits are.
///
/// Certificates are always verified; there is no switch for that. A private authority is added with
/// ``additionalRootCertificates``.
public struct PlatformClientConfiguration: Sendable {
    /// Where the platform is.
    public var baseURL: PlatformBaseURL

    /// The deadline of one call, from the method call to the complete answer, including the wait for a connection.
    ///
    /// The platform gives up by itself after 5 s; the default leaves its answer time to arrive.
    public var requestTimeout: Duration = .seconds(7)

    /// The deadline of one connection attempt: name resolution, TCP and TLS.
    public var connectTimeout: Duration = .seconds(3)

    /// The most connections open or being opened at a time, and so the most requests in flight.
    public var maximumConnections = 64

    /// How long an unused connection is kept. It should be below the server's own keep-alive time, so that a request
    /// seldom meets a connection that the server is about to close.
    public var idleTimeout: Duration = .seconds(50)

    /// After this time a connection is closed when its request is done, so that changes of the host's addresses are
    /// noticed; `nil` means never.
    public var maximumConnectionAge: Duration? = .seconds(600)

    /// The most requests that wait for a connection; a further one fails with `noConnectionAvailable`.
    public var maximumWaiters = 10_000

    /// The pause before the first new attempt after a failed connection; it doubles with every further failure.
    public var initialBackoff: Duration = .milliseconds(50)

    /// The longest pause between connection attempts. The pause used is random, from zero to the current length.
    public var maximumBackoff: Duration = .seconds(2)

    /// How long requests in flight may go on after a shutdown has begun.
    public var shutdownGrace: Duration = .seconds(1)

    /// A file of PEM certificates that are trusted in addition to the system's.
    public var additionalRootCertificates: String?

    /// The value of the `User-Agent` field.
    public var userAgent = "login-validator"

    /// Makes a configuration with the defaults.
    public init(baseURL: PlatformBaseURL = .production) {
        self.baseURL = baseURL
    }

    /// The longest accepted duration, so that arithmetic on deadlines cannot overflow.
    public static let maximumDuration = Duration.seconds(86_400)
    /// The most connections that can be configured.
    public static let maximumMaximumConnections = 4096
    /// The most waiters that can be configured.
    public static let maximumMaximumWaiters = 1_000_000

    /// Checks every property.
    ///
    /// - Throws: ``PlatformConfigurationError`` with every property at fault.
    public func validate() throws(PlatformConfigurationError) {
        var problems: [PlatformConfigurationError.Problem] = []
        func check(_ isRight: Bool, _ field: String, _ rule: String) {
            if !isRight { problems.append(.init(field: field, rule: rule)) }
        }
        func check(_ duration: Duration?, _ field: String, from minimum: Duration = .milliseconds(1)) {
            guard let duration else { return }
            check(
                duration >= minimum && duration <= Self.maximumDuration,
                field,
                "must be from \(minimum) to \(Self.maximumDuration)"
            )
        }
        check(self.requestTimeout, "requestTimeout")
        check(self.connectTimeout, "connectTimeout")
        check(
            (1...Self.maximumMaximumConnections).contains(self.maximumConnections),
            "maximumConnections",
            "must be from 1 to \(Self.maximumMaximumConnections)"
        )
        check(self.idleTimeout, "idleTimeout")
        check(self.maximumConnectionAge, "maximumConnectionAge")
        check(
            (0...Self.maximumMaximumWaiters).contains(self.maximumWaiters),
            "maximumWaiters",
            "must be from 0 to \(Self.maximumMaximumWaiters)"
        )
        check(self.initialBackoff, "initialBackoff")
        check(self.maximumBackoff, "maximumBackoff", from: self.initialBackoff)
        check(self.shutdownGrace, "shutdownGrace", from: .zero)
        check(
            self.userAgent.utf8.count <= 256 && self.userAgent.utf8.first.map { $0 > 0x20 } ?? false
                && self.userAgent.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F },
            "userAgent",
            "must be 1 to 256 printable ASCII characters"
        )
        guard problems.isEmpty else { throw PlatformConfigurationError(problems: problems) }
    }
}
