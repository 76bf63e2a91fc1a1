internal import NIOCore

/// An answer as the HTTP decoder delivered it.
struct RawAnswer {
    var status: Int
    var retryAfter: String?
    /// `nil` when it was longer than ``VerdictDecoder/maximumBodyLength``.
    var body: ByteBuffer?
    /// Whether the server lets the connection live, by its version and `Connection` field.
    var isKeptAlive: Bool
}
