import Foundation

/// JSON documents on stdout: members sorted, so that two outputs can be compared.
///
/// What a terminal would obey is written as `\uXXXX`. Such characters can only stand inside of texts, where the escape
/// means the same, so nothing is lost.
enum JSON {
    /// One document on one line, without a line end.
    static func line(_ value: some Encodable) throws -> String {
        try Self.text(value, [.sortedKeys, .withoutEscapingSlashes])
    }

    /// One document for people, with a line end.
    static func document(_ value: some Encodable) throws -> String {
        try Self.text(value, [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]) + "\n"
    }

    private static func text(_ value: some Encodable, _ formatting: JSONEncoder.OutputFormatting) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = formatting
        let text = String(decoding: try encoder.encode(value), as: UTF8.self)
        guard text.unicodeScalars.contains(where: Self.isObeyed) else { return text }
        var escaped = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            guard Self.isObeyed(scalar) else {
                escaped.append(scalar)
                continue
            }
            for unit in String(scalar).utf16 {
                let digits = String(unit, radix: 16)
                escaped += ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).unicodeScalars
            }
        }
        return String(escaped)
    }

    /// The encoder itself escapes what is below a space; its own line feeds stay.
    private static func isObeyed(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value >= 0x7F && Terminal.isControl(scalar)
    }
}
