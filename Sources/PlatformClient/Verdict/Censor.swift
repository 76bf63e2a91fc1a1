/// Blanks secrets out of texts, takes out control characters and bounds the length.
///
/// The search is by bytes: a search by characters would miss a token that a combining character follows.
final class Censor {
    /// What stands in a secret's place.
    static let blank = "<redacted>"

    private let plain: [String]
    private let shortestSecret: Int

    /// The secrets and their percent-encoded forms. Most answers have no text long enough to hold one, and need none.
    private lazy var patterns: [BytePattern] = (self.plain + self.plain.flatMap { Self.percentEncoded($0) })
        .map { BytePattern($0) }

    /// Makes a censor of one answer's texts.
    ///
    /// - Parameter secrets: What must not stay in a text. In a URL it is percent-encoded, which is blanked as well.
    init(secrets: [String]) {
        self.plain = secrets.filter { !$0.isEmpty }
        self.shortestSecret = self.plain.reduce(Int.max) { min($0, $1.utf8.count) }
    }

    func clean(ifPresent text: String?, maximumLength: Int) -> String? {
        text.map { self.clean($0, maximumLength: maximumLength) }
    }

    /// The text without secrets and control characters, cut to `maximumLength` Unicode scalars.
    func clean(_ text: String, maximumLength: Int) -> String {
        var text = text
        let isSafe = text.withUTF8 { bytes in
            bytes.count < self.shortestSecret && bytes.count <= maximumLength
                && bytes.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
        }
        if isSafe { return text }
        // Secrets go first: cutting or replacing inside one would leave its remains unrecognizable.
        return Self.bounded(self.blanked(text), maximumLength: maximumLength)
    }

    /// Every run of bytes that belong to a secret becomes one ``blank``, also where secrets overlap.
    private func blanked(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var isSecret = [Bool](repeating: false, count: bytes.count)
        for pattern in self.patterns { pattern.mark(in: bytes, marks: &isSecret) }
        guard isSecret.contains(true) else { return text }
        var kept: [UInt8] = []
        for (index, byte) in bytes.enumerated() {
            if !isSecret[index] {
                kept.append(byte)
            } else if index == 0 || !isSecret[index - 1] {
                kept.append(contentsOf: Self.blank.utf8)
            }
        }
        return String(decoding: kept, as: UTF8.self)
    }

    private static func bounded(_ text: String, maximumLength: Int) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(maximumLength) {
            scalars.append(scalar.canDisturbALine ? " " : scalar)
        }
        return String(scalars)
    }

    private static func percentEncoded(_ secret: String) -> [String] {
        let isUnreserved = { (byte: UInt8) in byte.isASCIILetterOrDigit || "-._~".utf8.contains(byte) }
        guard !secret.utf8.allSatisfy(isUnreserved) else { return [] }
        return ["0123456789ABCDEF", "0123456789abcdef"].map { digits in
            let digits = Array(digits.utf8)
            let encoded = secret.utf8.flatMap { byte in
                isUnreserved(byte) ? [byte] : [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
            return String(decoding: encoded, as: UTF8.self)
        }
    }
}

extension Unicode.Scalar {
    /// Control characters, line and paragraph separators, and the marks that reverse the direction of a line.
    fileprivate var canDisturbALine: Bool {
        switch self.value {
        case 0x00...0x1F, 0x7F...0x9F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
