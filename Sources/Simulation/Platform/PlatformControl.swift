/// How a simulated platform as a whole is doing; the body of its control endpoint.
package struct PlatformControl: Codable, Hashable, Sendable {
    /// The state of the platform, which comes before what a single token asks for.
    package enum Mode: String, CaseIterable, Codable, Hashable, Sendable {
        /// Every token gets what it asks for.
        case normal
        /// 473 to everybody.
        case maintenance
        /// Connections are closed without an answer.
        case down
        /// The share ``PlatformControl/failureRate`` of the requests gets 500 or 503, in turn.
        case failing
        /// Every answer comes ``PlatformControl/delayMilliseconds`` late.
        case slow
        /// 401 with a code that is not the invalid token's, as after a rotated key.
        case wrongCredentials
    }

    package var mode: Mode
    /// 0 to ``maximumDelayMilliseconds``; counts in ``Mode/slow``.
    package var delayMilliseconds: Int
    /// 0 to 1; counts in ``Mode/failing``.
    package var failureRate: Double

    package static let maximumDelayMilliseconds = 60_000

    /// Values outside their range are moved to its nearest end.
    package init(mode: Mode = .normal, delayMilliseconds: Int = 1000, failureRate: Double = 1) {
        self.mode = mode
        self.delayMilliseconds = min(max(delayMilliseconds, 0), Self.maximumDelayMilliseconds)
        self.failureRate = failureRate.isNaN ? 1 : min(max(failureRate, 0), 1)
    }

    /// What the document leaves out has its default.
    package init(from decoder: any Decoder) throws {
        let document = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            mode: try document.decode(Mode.self, forKey: .mode),
            delayMilliseconds: try document.decodeIfPresent(Int.self, forKey: .delayMilliseconds) ?? 1000,
            failureRate: try document.decodeIfPresent(Double.self, forKey: .failureRate) ?? 1
        )
    }
}
