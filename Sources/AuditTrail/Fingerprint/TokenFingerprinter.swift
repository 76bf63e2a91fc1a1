import Crypto
package import LoginContracts

/// Turns an access token into what the trail keeps of it: HMAC-SHA-256 (RFC 2104) under a key of the trail's own.
///
/// An auditor who holds a token, and may use the key, finds the token's entries. Whoever has the trail alone can
/// neither get a token back nor try guesses. Safe to use from any number of threads.
package struct TokenFingerprinter: Sendable, CustomStringConvertible, CustomReflectable {
    /// The shortest key, in bytes: 128 bits.
    package static let minimumKeyLength = 16
    /// The longest key, in bytes. One of more than 64 is hashed first and gets no stronger.
    package static let maximumKeyLength = 1024
    /// The length of a fingerprint in bytes.
    package static let fingerprintLength = SHA256.byteCount

    /// Has taken in the padded key; each fingerprint continues a copy, which spares it a key schedule.
    private let keyed: HMAC<SHA256>

    /// - Throws: ``TrailError/Code/invalid`` unless the key has ``minimumKeyLength`` to ``maximumKeyLength`` bytes.
    package init(key: [UInt8]) throws(TrailError) {
        guard (Self.minimumKeyLength...Self.maximumKeyLength).contains(key.count) else {
            throw TrailError(
                .invalid,
                """
                The fingerprint key has \(key.count) bytes: give one of \(Self.minimumKeyLength) to \
                \(Self.maximumKeyLength).
                """
            )
        }
        self.keyed = HMAC<SHA256>(key: SymmetricKey(data: key))
    }

    /// The token's fingerprint, ``fingerprintLength`` bytes.
    package func fingerprint(of token: AccessToken) -> [UInt8] {
        var code = self.keyed
        var value = token.value
        value.withUTF8 { bytes in code.update(data: UnsafeRawBufferPointer(bytes)) }
        return Array(code.finalize())
    }

    package var description: String { "TokenFingerprinter(<redacted>)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
