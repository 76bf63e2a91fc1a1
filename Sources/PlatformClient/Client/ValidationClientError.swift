/// Why there is no answer of the platform.
///
/// A refused token is an answer, not an error. No part of an error holds a token or a secret.
public struct ValidationClientError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of failure.
    public enum Code: String, CaseIterable, Hashable, Sendable {
        /// No connection was made within the connection attempt's deadline.
        case connectTimeout
        /// The answer was not complete at the request's deadline.
        case requestTimeout
        /// The host is unknown, unreachable or refuses connections.
        case connectionFailed
        /// No TLS session: a certificate that cannot be trusted, or no common version.
        case tlsFailed
        /// The connection ended before or inside the answer.
        case connectionClosed
        /// The answer is not HTTP/1.1, or its head is beyond the limits.
        case malformedResponse
        /// As many requests as allowed already wait for a connection.
        case noConnectionAvailable
        /// The caller gave up.
        case cancelled
        /// The client has been shut down.
        case shutDown
        /// The request cannot be sent as it is; another attempt fails as well.
        case invalidRequest
    }

    /// What a caller decides by.
    public var code: Code
    /// What failed, on which thing, and what to do next; a sentence.
    public var message: String
    /// The underlying failure in its own words, if there is one.
    public var cause: String?
    /// The file and line in this library that reported the failure.
    public var location: String

    /// Makes an error; `location` is the place of the call.
    public init(
        code: Code,
        message: String,
        cause: String? = nil,
        file: StaticString = #fileID,
        line: UInt = #line
    ) {
        self.code = code
        self.message = message
        self.cause = cause
        self.location = "\(file):\(line)"
    }

    /// Code, message and cause in one line.
    public var description: String {
        let cause = self.cause.map { " (\($0))" } ?? ""
        return "\(self.code.rawValue): \(self.message)\(cause)"
    }
}
