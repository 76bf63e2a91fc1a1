import Foundation

/// A text with signatures (C2SP `signed-note`), as it was found: nothing is verified by reading it.
package struct SignedNote: Hashable, Sendable {
    /// What is signed, with its last line feed.
    package let text: String
    package let signatures: [Signature]

    package struct Signature: Hashable, Sendable {
        package var name: String
        /// Tells keys of the same name apart.
        package var keyID: [UInt8]
        package var bytes: [UInt8]
    }

    /// The longest note that is read, in bytes, and the most signatures.
    package static let maximumLength = 65_536
    package static let maximumSignatures = 16

    /// Reads a note; `nil` when it is none.
    package init?(_ note: String) {
        guard note.utf8.count <= Self.maximumLength, note.hasSuffix("\n"),
            !note.unicodeScalars.contains(where: { $0.value < 0x20 && $0 != "\n" }),
            let separator = note.range(of: "\n\n", options: .backwards)
        else { return nil }
        let text = String(note[..<separator.lowerBound]) + "\n"
        let lines = note[separator.upperBound...].dropLast().split(separator: "\n", omittingEmptySubsequences: false)
        guard (1...Self.maximumSignatures).contains(lines.count) else { return nil }
        var signatures: [Signature] = []
        for line in lines {
            guard let signature = Self.signature(line) else { return nil }
            signatures.append(signature)
        }
        self.text = text
        self.signatures = signatures
    }

    /// The notes in a text that has one behind the other, as `audit checkpoint --all` prints them; empty lines may stand
    /// between them. What is no note is handed over all the same, for ``init(_:)`` to refuse.
    package static func split(_ text: String) -> [String] {
        var notes: [String] = []
        var note = ""
        var isSigned = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let isSignature = line.hasPrefix("\u{2014} ")
            if isSigned, !isSignature {
                notes.append(note)
                (note, isSigned) = ("", false)
            }
            if note.isEmpty, line.isEmpty { continue }
            note += line + "\n"
            isSigned = isSignature
        }
        if !note.isEmpty { notes.append(note) }
        return notes
    }

    private static func signature(_ line: Substring) -> Signature? {
        let prefix = "\u{2014} "
        guard line.hasPrefix(prefix) else { return nil }
        let parts = line.dropFirst(prefix.count).split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 2, NoteName.isValid(String(parts[0])), let bytes = Base64.decode(String(parts[1])),
            bytes.count > NoteName.keyIDLength
        else { return nil }
        return Signature(
            name: String(parts[0]),
            keyID: Array(bytes.prefix(NoteName.keyIDLength)),
            bytes: Array(bytes.dropFirst(NoteName.keyIDLength))
        )
    }
}

/// Standard base64 (RFC 4648, section 4) that has only one text for the same bytes.
package enum Base64 {
    package static func encode(_ bytes: some Sequence<UInt8>) -> String {
        Data(bytes).base64EncodedString()
    }

    package static func decode(_ text: String) -> [UInt8]? {
        guard let data = Data(base64Encoded: text), data.base64EncodedString() == text else { return nil }
        return Array(data)
    }
}
