extension Unicode.Scalar {
    /// Whether a log line must not hold the character as it is.
    ///
    /// Control characters (C0, DEL, C1) end lines and steer terminals; line and paragraph separators end lines for some
    /// readers; the marks that are invisible or change the direction of text make a line show something else than it
    /// holds.
    var isUnsafeInLogLine: Bool {
        switch self.value {
        case 0x00...0x1F, 0x7F...0x9F: true
        case 0x061C, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x2069, 0xFEFF: true
        default: false
        }
    }
}

extension String {
    /// At most `maximumBytes` bytes of the text, cut between characters, and `…` when something was cut.
    func bounded(toBytes maximumBytes: Int) -> String {
        guard self.utf8.count > maximumBytes else { return self }
        var end = self.utf8.index(self.utf8.startIndex, offsetBy: maximumBytes)
        // A scalar is at most four bytes long, so this goes back three times at most.
        while end.samePosition(in: self.unicodeScalars) == nil { end = self.utf8.index(before: end) }
        return String(self.unicodeScalars[..<end]) + "…"
    }
}
