import HTTPListener

/// Why the operations endpoint gave no answer, or not the one that was asked for.
package struct OperationsClientError: Error, Hashable, Sendable, CustomStringConvertible {
    package var code: Code
    /// What failed, where, and what to do next. Holds no token.
    package var message: String

    package enum Code: Hashable, Sendable {
        /// Nobody listens there.
        case unreachable
        case timedOut
        /// Somebody answers who is no service of this kind and version.
        case notAnOperationsEndpoint
        /// The service says no, with this HTTP status.
        case refused(status: Int)
    }

    package var description: String { self.message }
}

extension OperationsClientError {
    static func unreachable(_ address: ListenAddress, cause: String) -> Self {
        .init(
            code: .unreachable,
            message: "No service answers at \(address): \(cause). Start it with login-validator run, or name its "
                + "OPS_LISTEN address with --ops."
        )
    }

    static func timedOut(_ address: ListenAddress, _ limit: Duration) -> Self {
        .init(
            code: .timedOut,
            message: "The service at \(address) did not answer within \(limit). Look at its log and at /livez."
        )
    }

    static func notAnOperationsEndpoint(_ address: ListenAddress) -> Self {
        .init(
            code: .notAnOperationsEndpoint,
            message:
                "What answers at \(address) is not the operations endpoint of this version of login-validator. Name "
                + "its OPS_LISTEN address with --ops."
        )
    }

    static func refused(_ address: ListenAddress, status: Int, rule: String?) -> Self {
        .init(
            code: .refused(status: status),
            message: "The service at \(address) refused with status \(status): \(rule ?? "it does not say why")."
        )
    }
}
