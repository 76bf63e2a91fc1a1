import Crypto
import LoginContracts

/// The name of a note's key and the numbers that go with it (C2SP `signed-note`).
enum NoteName {
    static let keyIDLength = 4
    /// The type byte of Ed25519.
    static let ed25519: UInt8 = 0x01

    /// Neither empty, nor with a space or a plus sign.
    static func isValid(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 255
            && !name.unicodeScalars.contains { $0 == "+" || $0.properties.isWhitespace || $0.value < 0x20 }
    }

    static func keyID(_ name: String, publicKey: some Sequence<UInt8>) -> [UInt8] {
        var hash = SHA256()
        hash.update(data: Array(name.utf8) + [0x0A, Self.ed25519] + publicKey)
        return Array(hash.finalize().prefix(Self.keyIDLength))
    }
}

/// Verifies notes signed with one Ed25519 key.
package struct NoteVerifier: Hashable, Sendable, CustomStringConvertible {
    package let name: String
    package let keyID: [UInt8]
    private let publicKey: [UInt8]

    init(name: String, publicKey: Curve25519.Signing.PublicKey) {
        self.name = name
        self.publicKey = Array(publicKey.rawRepresentation)
        self.keyID = NoteName.keyID(name, publicKey: self.publicKey)
    }

    /// Reads a verifier key such as `example.org/log+1c2f3a4b+AbC…`; `nil` when it is none, or of another type.
    package init?(_ text: String) {
        let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, NoteName.isValid(String(parts[0])), let key = Base64.decode(String(parts[2])),
            key.count == 33, key[0] == NoteName.ed25519
        else { return nil }
        self.name = String(parts[0])
        self.publicKey = Array(key.dropFirst())
        self.keyID = NoteName.keyID(self.name, publicKey: self.publicKey)
        guard self.keyID.hexadecimal == parts[1] else { return nil }
    }

    /// The verifier key, to be handed to others.
    package var description: String {
        "\(self.name)+\(self.keyID.hexadecimal)+\(Base64.encode([NoteName.ed25519] + self.publicKey))"
    }

    /// Whether the key has signed the note. The first signature under its name and id counts.
    package func verifies(_ note: SignedNote) -> Bool {
        guard let signature = note.signatures.first(where: { $0.name == self.name && $0.keyID == self.keyID }),
            let key = try? Curve25519.Signing.PublicKey(rawRepresentation: self.publicKey)
        else { return false }
        return key.isValidSignature(signature.bytes, for: Array(note.text.utf8))
    }
}

/// Signs notes with an Ed25519 key (RFC 8032).
package struct NoteSigner: Sendable, CustomStringConvertible, CustomReflectable {
    package let verifier: NoteVerifier
    private let privateKey: Curve25519.Signing.PrivateKey

    /// The length of a private key in bytes.
    package static let keyLength = 32

    /// - Throws: ``TrailError/Code/invalid`` when the name or the key is not usable.
    package init(name: String, privateKey: [UInt8]) throws(TrailError) {
        guard NoteName.isValid(name) else {
            throw TrailError(
                .invalid,
                "The checkpoints' origin must have 1 to 255 bytes, no white space and no plus sign."
            )
        }
        guard privateKey.count == Self.keyLength,
            let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: privateKey)
        else {
            throw TrailError(
                .invalid,
                "The checkpoint key has \(privateKey.count) bytes: give an Ed25519 private key of \(Self.keyLength)."
            )
        }
        self.privateKey = key
        self.verifier = NoteVerifier(name: name, publicKey: key.publicKey)
    }

    /// The note of a text, which ends with a line feed.
    package func sign(_ text: String) throws(TrailError) -> String {
        guard let signature = try? self.privateKey.signature(for: Array(text.utf8)) else {
            throw TrailError(.other, "A checkpoint could not be signed.")
        }
        let signed = Base64.encode(self.verifier.keyID + signature)
        return "\(text)\n\u{2014} \(self.verifier.name) \(signed)\n"
    }

    package var description: String { "NoteSigner(\(self.verifier), <redacted>)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

extension NoteSigner {
    private static let keyFile = KeyFile(
        suffix: ".checkpoint-key",
        name: "checkpoint key",
        lengths: keyLength...keyLength,
        newLength: keyLength,
        loss: "checkpoints are signed with another key from now on"
    )

    /// The private key in the file `<database>.checkpoint-key`, made if there is none.
    ///
    /// - Throws: ``TrailError/Code/refused`` when somebody but the owner may read or write the file, or it belongs to
    ///   another user; ``TrailError/Code/corrupt`` when its content is no key.
    package static func loadOrCreateKey(beside databasePath: String) throws(TrailError) -> [UInt8] {
        try Self.keyFile.loadOrCreate(beside: databasePath)
    }

    /// The origin of a trail's checkpoints, unless another is configured.
    package static func defaultOrigin(trailID: String) -> String { "\(Self.originPrefix)\(trailID)" }

    private static let originPrefix = "login-validator/"

    /// Whether the origin is made from a trail's id: 32 hexadecimal digits.
    static func isDefaultOrigin(_ origin: String) -> Bool {
        let id = origin.dropFirst(Self.originPrefix.count)
        return origin.hasPrefix(Self.originPrefix) && id.utf8.count == 32 && id.allSatisfy(\.isHexDigit)
    }
}
