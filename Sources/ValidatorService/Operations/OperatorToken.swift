import Crypto

/// Knows the operator's token when it sees it.
///
/// Only a keyed digest of the token is kept. Digests are compared in constant time, and an attacker, who does not know the
/// key, cannot choose what is compared, so the time of an answer tells nothing about the token.
struct OperatorToken: Sendable {
    private let key = SymmetricKey(size: .bits256)
    private let code: [UInt8]

    init(_ token: Secret) {
        self.code = Array(HMAC<SHA256>.authenticationCode(for: Array(token.value.utf8), using: self.key))
    }

    /// Whether an `Authorization` header brings it as a bearer token (RFC 6750 section 2.1).
    func isIn(authorization: String?) -> Bool {
        let scheme = "bearer "
        guard let authorization, authorization.prefix(scheme.count).lowercased() == scheme else { return false }
        let token = Array(authorization.utf8.dropFirst(scheme.utf8.count))
        return HMAC<SHA256>.isValidAuthenticationCode(self.code, authenticating: token, using: self.key)
    }
}
