/// A W3C trace context (https://www.w3.org/TR/trace-context/), carried from the login event to its outcome.
package struct TraceContext: Hashable, Sendable {
    /// `version-traceid-parentid-flags` as it came.
    package var traceparent: String
    package var tracestate: String?

    /// The longest `tracestate` that is carried on; the specification asks for at least 512.
    package static let maximumStateLength = 512

    /// `nil` when `traceparent` is not one (section 3.2.2); a broken context is dropped, as the specification asks, and
    /// never makes an event malformed.
    package init?(traceparent: String?, tracestate: String? = nil) {
        guard let traceparent, Self.isTraceparent(traceparent) else { return nil }
        self.traceparent = traceparent
        self.tracestate = tracestate.flatMap { state in
            let isPrintable = state.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
            return isPrintable && !state.isEmpty && state.utf8.count <= Self.maximumStateLength ? state : nil
        }
    }

    /// 32 lower-case hexadecimal digits.
    package var traceID: String { String(self.traceparent.dropFirst(3).prefix(32)) }

    private static func isTraceparent(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count == 55, bytes[2] == 0x2D, bytes[35] == 0x2D, bytes[52] == 0x2D else { return false }
        func isHexadecimal(_ range: Range<Int>) -> Bool {
            bytes[range].allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
        }
        guard isHexadecimal(0..<2), isHexadecimal(3..<35), isHexadecimal(36..<52), isHexadecimal(53..<55) else {
            return false
        }
        let isZero = { (range: Range<Int>) in bytes[range].allSatisfy { $0 == 0x30 } }
        return !text.hasPrefix("ff") && !isZero(3..<35) && !isZero(36..<52)
    }
}
