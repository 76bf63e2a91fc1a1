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

    /// Writes results to stdout at once.
    ///
    /// A result that cannot be written, to a full disk or a reader that is gone, ends the process: going on would
    /// leave a file that only looks complete.
    static func write(_ text: String) {
        do {
            try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
        } catch {
            Self.remark("login-validator: The result cannot be written to standard output.\n")
            exit(CommandFailure.Status.failed.rawValue)
        }
    }

    /// Writes progress or a remark to stderr at once; nothing depends on whether somebody can read it.
    static func remark(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
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

    /// Lines of UTF-8, each as ``printable(_:)`` has it.
    static func printableLines(_ lines: [UInt8]) -> String {
        String(decoding: lines, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
            .map { Self.printable(String($0)) }.joined(separator: "\n")
    }

    /// Whether a terminal may obey the character instead of showing it.
    static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: true
        default: false
        }
    }
}
