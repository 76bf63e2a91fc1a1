/// A player's access token: checked for use as an HTTP header value, and never printed.
///
/// The only way to the characters is ``value``, so that every place that uses them can be found by name. Descriptions,
/// mirrors and string interpolation show `<redacted>`.
public struct AccessToken: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable
{
    /// The longest accepted token, in bytes.
    public static let maximumLength = 4096

    /// The token's characters. Never log, store or put them into an error.
    public let value: String

    /// Makes a token from 1 to ``maximumLength`` visible ASCII characters (0x21 to 0x7E); otherwise `nil`.
    ///
    /// Visible ASCII is what RFC 9110 section 5.5 allows in a field value without white space, so a token can never
    /// end a header line or begin another.
    public init?(_ value: String) {
        guard value.isVisibleASCII(maximumLength: Self.maximumLength) else { return nil }
        self.value = value
    }

    /// Never the token.
    public var description: String { "<redacted>" }
    /// Never the token.
    public var debugDescription: String { "<redacted>" }
    /// Nothing.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension String {
    /// Whether the string has 1 to `maximumLength` bytes, all of them visible ASCII (0x21 to 0x7E).
    package func isVisibleASCII(maximumLength: Int) -> Bool {
        let bytes = self.utf8
        guard !bytes.isEmpty, bytes.count <= maximumLength else { return false }
        return bytes.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }
}
