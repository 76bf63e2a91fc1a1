import Foundation

/// What the process's output streams are.
enum Terminal {
    static var isStandardOutputTerminal: Bool { isatty(STDOUT_FILENO) == 1 }
    static var isStandardErrorTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// Whether colours are welcome on stdout (https://no-color.org).
    static var usesColor: Bool {
        let noColor = ProcessInfo.processInfo.environment["NO_COLOR"] ?? ""
        return noColor.isEmpty && self.isStandardOutputTerminal && ProcessInfo.processInfo.environment["TERM"] != "dumb"
    }

    /// Writes text to stdout at once.
    static func write(_ text: String) {
        FileHandle.standardOutput.write(Data(text.utf8))
    }

    /// Writes progress or a remark to stderr at once.
    static func remark(_ text: String) {
        FileHandle.standardError.write(Data(text.utf8))
    }

    /// The text with everything that could move a cursor, change a colour or forge a line made visible.
    ///
    /// What a trail or a topic holds comes from outside; it is shown, never obeyed.
    static func printable(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: Self.isControl) else { return text }
        var shown = ""
        for scalar in text.unicodeScalars {
            if Self.isControl(scalar) {
                shown += "\\u{" + String(scalar.value, radix: 16) + "}"
            } else {
                shown.unicodeScalars.append(scalar)
            }
        }
        return shown
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: true
        default: false
        }
    }
}
