public import LoginContracts

/// The platform's answer to one ``ValidationRequest``.
public struct ValidationAnswer: Hashable, Sendable {
    /// What the platform said.
    public var verdict: Verdict
    /// From writing the request to the end of the answer, without any wait for a connection.
    public var latency: Duration

    /// Makes an answer, which outside of tests only the client does.
    public init(verdict: Verdict, latency: Duration) {
        self.verdict = verdict
        self.latency = latency
    }
}
