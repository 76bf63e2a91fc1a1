internal import Logging

/// The metadata keys of this module's log entries.
enum LogKey {
    static let code = "platform.error.code"
    static let message = "platform.error.message"
    static let cause = "platform.error.cause"

    static func metadata(of error: ValidationClientError) -> Logger.Metadata {
        var metadata: Logger.Metadata = [self.code: "\(error.code.rawValue)", self.message: "\(error.message)"]
        if let cause = error.cause { metadata[self.cause] = "\(cause)" }
        return metadata
    }
}
