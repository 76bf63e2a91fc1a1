package import LoginContracts

/// The engine's view of the platform: the core client behind it knows HTTP, this knows one attempt.
package protocol TokenValidator: Sendable {
    /// Asks the platform once about the event's token.
    ///
    /// Called on the engine's executor. `completion` is called exactly once, on the same executor, also when the
    /// attempt fails or times out; there is no attempt without an end.
    func validate(_ event: LoginEvent, completion: @escaping @Sendable (AttemptResult) -> Void)
}

/// How one attempt ended.
package enum AttemptResult: Sendable {
    /// The platform answered; `latency` from sending the request to the end of the answer.
    case answered(Verdict, latency: Duration)
    /// It did not: a time-out, a refused or broken connection. Never the player's fault.
    case failed(AttemptFailure)
}

/// Why an attempt brought no answer.
package struct AttemptFailure: Error, Hashable, Sendable {
    /// A short name for metrics, such as `requestTimeout`.
    package var kind: String
    /// For people; holds no secret.
    package var message: String

    package init(kind: String, message: String) {
        self.kind = kind
        self.message = message
    }
}
