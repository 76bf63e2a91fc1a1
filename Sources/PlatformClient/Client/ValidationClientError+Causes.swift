internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// The errors this module reports, and the translation of those below it.
extension ValidationClientError {
    static func invalidRequest(_ problem: String, file: StaticString = #fileID, line: UInt = #line) -> Self {
        Self(
            code: .invalidRequest,
            message: "The request was not sent: \(problem). Correct the event's value.",
            file: file,
            line: line
        )
    }

    static func noConnectionAvailable(maximumWaiters: Int) -> Self {
        Self(
            code: .noConnectionAvailable,
            message: "\(maximumWaiters) requests already wait for a connection to the platform. "
                + "Send fewer at a time, or allow more connections."
        )
    }

    static func shutDown() -> Self {
        Self(code: .shutDown, message: "The client of the platform has been shut down. Make a new one.")
    }

    static func cancelled() -> Self {
        Self(code: .cancelled, message: "The caller cancelled the request.")
    }

    static func requestTimeout(wasSent: Bool) -> Self {
        Self(
            code: .requestTimeout,
            message: wasSent
                ? "The platform did not complete its answer before the deadline. Try again."
                : "No connection to the platform was free before the deadline. Send fewer requests at a time."
        )
    }

    static func connectTimeout(to url: PlatformBaseURL, cause: String? = nil) -> Self {
        Self(
            code: .connectTimeout,
            message: "No connection to \(url) was made before the deadline. Check the address and the network.",
            cause: cause
        )
    }

    static func closedInHandshake(_ url: PlatformBaseURL) -> Self {
        Self(
            code: url.scheme == .https ? .tlsFailed : .connectionFailed,
            message: "The connection to \(url) was closed before it was ready. Check that the port speaks "
                + (url.scheme == .https ? "TLS." : "HTTP.")
        )
    }

    static func connectionClosed(answerHasBegun: Bool, cause: String? = nil) -> Self {
        Self(
            code: .connectionClosed,
            message:
                "The platform closed the connection \(answerHasBegun ? "inside" : "before") its answer. Try again.",
            cause: cause
        )
    }

    static func malformedResponse(_ cause: String) -> Self {
        Self(
            code: .malformedResponse,
            message: "The answer is not an HTTP/1.1 response within the limits. Check what the base URL leads to.",
            cause: cause
        )
    }

    /// An error after the TCP connection was made and before it was ready for requests.
    static func handshakeFailure(_ error: any Error, with url: PlatformBaseURL) -> Self {
        guard url.scheme == .https else { return .connectionFailed("\(error)", to: url) }
        return Self(
            code: .tlsFailed,
            message: "No TLS session with \(url). Check the server's certificate and the additional roots.",
            cause: "\(error)"
        )
    }

    /// An error while the TCP connection was being made.
    static func connectFailure(_ error: any Error, to url: PlatformBaseURL) -> Self {
        switch error {
        case let error as NIOConnectionError:
            let isTimeout = error.connectionErrors.contains { $0.error.isConnectTimeout }
            return isTimeout ? .connectTimeout(to: url, cause: "\(error)") : .connectionFailed("\(error)", to: url)
        default:
            let cause = "\(error)"
            return error.isConnectTimeout ? .connectTimeout(to: url, cause: cause) : .connectionFailed(cause, to: url)
        }
    }

    /// An error on a connection that was made.
    static func exchangeFailure(_ error: any Error, answerHasBegun: Bool) -> Self {
        switch error {
        case HTTPParserError.invalidEOFState:
            return .connectionClosed(answerHasBegun: answerHasBegun, cause: "\(error)")
        case is HTTPParserError, is NIOHTTPDecoderError:
            return .malformedResponse("\(error)")
        default:
            return .connectionClosed(answerHasBegun: answerHasBegun, cause: "\(error)")
        }
    }

    private static func connectionFailed(_ cause: String, to url: PlatformBaseURL) -> Self {
        Self(
            code: .connectionFailed,
            message: "No connection to \(url). Check that the name is right, and that the host is up and reachable.",
            cause: cause
        )
    }
}

extension Error {
    fileprivate var isConnectTimeout: Bool {
        if case ChannelError.connectTimeout? = self as? ChannelError { true } else { false }
    }
}
