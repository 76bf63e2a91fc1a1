import Foundation
import LoginContracts

/// What stands in a column in a text's place: `erasable:`, the handle in hexadecimal, a colon, and base64url of nonce,
/// ciphertext and tag of AES-256-GCM.
struct SealedText: Hashable {
    var handle: PlayerHandle
    /// 12 bytes of nonce, the ciphertext, 16 bytes of tag.
    var box: [UInt8]

    static let prefix = "erasable:"
    private static let overhead = 28

    init(handle: PlayerHandle, box: [UInt8]) {
        self.handle = handle
        self.box = box
    }

    /// `nil` for every other text.
    init?(_ text: String) {
        guard text.hasPrefix(Self.prefix) else { return nil }
        let parts = text.dropFirst(Self.prefix.count).split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2,
            let handle = [UInt8](hexadecimal: parts[0], count: PlayerHandle.length).flatMap(PlayerHandle.init(bytes:)),
            let box = Self.bytes(ofBase64URL: parts[1]), box.count >= Self.overhead
        else { return nil }
        self.init(handle: handle, box: box)
        // One way to write it: digits and base64 can be spelled otherwise.
        guard self.text == text else { return nil }
    }

    var text: String {
        var base64 = Data(self.box).base64EncodedString()
        while base64.last == "=" { base64.removeLast() }
        base64 = base64.replacing("+", with: "-").replacing("/", with: "_")
        return "\(Self.prefix)\(self.handle):\(base64)"
    }

    private static func bytes(ofBase64URL text: Substring) -> [UInt8]? {
        var base64 = text.replacing("-", with: "+").replacing("_", with: "/")
        base64 += String(repeating: "=", count: (4 - base64.utf8.count % 4) % 4)
        return Data(base64Encoded: String(base64)).map { Array($0) }
    }
}
