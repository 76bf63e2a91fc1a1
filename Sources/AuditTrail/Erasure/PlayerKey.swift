import Crypto
import Foundation
import LoginContracts

/// A player's own key: what an entry's texts about the player are encrypted with.
///
/// Whoever destroys it erases the player from every copy of the trail at once, and changes no byte of it: the tree hashes
/// the encrypted texts.
struct PlayerKey: Sendable {
    /// Stands in the entries in the player's place. Random, so it says nothing by itself.
    let handle: PlayerHandle
    private let encryption: SymmetricKey
    private let nonces: SymmetricKey

    static let length = 32

    init(handle: PlayerHandle, key: [UInt8]) {
        self.handle = handle
        let whole = SymmetricKey(data: key)
        func part(_ purpose: String) -> SymmetricKey {
            SymmetricKey(data: HMAC<SHA256>.authenticationCode(for: Array(purpose.utf8), using: whole))
        }
        self.encryption = part("login-validator player encryption 1")
        self.nonces = part("login-validator player nonce 1")
    }

    /// The same text of the same field always becomes the same sealed text, so that it can be searched for.
    ///
    /// The nonce is a MAC of field and text: it comes again only with the same of both, which tells that they are the
    /// same and nothing else.
    func seal(_ text: String, _ field: SealedField) throws(TrailError) -> String {
        let message = Array(text.utf8)
        let context = field.context(self.handle)
        let code = HMAC<SHA256>.authenticationCode(for: context + [0] + message, using: self.nonces)
        do {
            let box = try AES.GCM.seal(
                message,
                using: self.encryption,
                nonce: AES.GCM.Nonce(data: Array(code.prefix(12))),
                authenticating: context
            )
            return SealedText(handle: self.handle, box: Array(box.nonce) + Array(box.ciphertext) + Array(box.tag)).text
        } catch {
            throw TrailError(.invalid, "A text about a player could not be encrypted: \(error).")
        }
    }

    /// `nil` when it was not sealed with this key for this field.
    func open(_ sealed: SealedText, _ field: SealedField) -> String? {
        guard sealed.handle == self.handle, let box = try? AES.GCM.SealedBox(combined: sealed.box),
            let message = try? AES.GCM.open(
                box,
                using: self.encryption,
                authenticating: field.context(self.handle)
            )
        else { return nil }
        return String(validating: message, as: UTF8.self)
    }
}

/// 16 random bytes that stand for a player.
package struct PlayerHandle: Hashable, Sendable, CustomStringConvertible {
    let bytes: [UInt8]

    static let length = 16

    init?(bytes: [UInt8]) {
        guard bytes.count == Self.length else { return nil }
        self.bytes = bytes
    }

    static func random() -> PlayerHandle {
        PlayerHandle(bytes: .random(count: Self.length))!
    }

    /// 32 hexadecimal digits.
    package var description: String { self.bytes.hexadecimal }
}

/// Which text of an entry is sealed: one cannot be put in another's place.
enum SealedField: String {
    case playerId, sessionId, message, lockoutId, lockoutMessage, lockoutMemo, lockoutReason

    func context(_ handle: PlayerHandle) -> [UInt8] {
        Array("login-validator entry 1 \(self.rawValue) \(handle)".utf8)
    }
}
