import Crypto

/// Knows the console's token when it sees it.
///
/// Only a keyed digest of the token is kept. Digests are compared in constant time, and an attacker, who does not know the
/// key, cannot choose what is compared, so the time of an answer tells nothing about the token.
package struct ConsoleToken: Sendable {
    private let key = SymmetricKey(size: .bits256)
    private let code: [UInt8]

    /// Too long to be guessed, short enough for a form.
    package static let lengths = 32...512

    /// - Returns: `nil` unless the token has ``lengths`` visible ASCII characters.
    package init?(_ token: String) {
        guard Self.lengths.contains(token.utf8.count), token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return nil
        }
        self.code = Array(HMAC<SHA256>.authenticationCode(for: Array(token.utf8), using: self.key))
    }

    func matches(_ token: String) -> Bool {
        HMAC<SHA256>.isValidAuthenticationCode(self.code, authenticating: Array(token.utf8), using: self.key)
    }
}
