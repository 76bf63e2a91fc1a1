/// Comma-separated values as RFC 4180 has them: lines end in CR LF, cells with a comma, quote or line end are quoted.
///
/// What a cell holds comes from outside, so bytes are looked at, not characters: a comma that carries a combining mark
/// is still a comma to the reader of the file.
enum CSV {
    static func line(_ cells: [String]) -> String {
        cells.map(Self.cell).joined(separator: ",") + "\r\n"
    }

    private static func cell(_ text: String) -> String {
        let text = (Self.isFormula(text) ? "'" : "") + Self.printable(text)
        guard text.utf8.contains(where: { "\",\r\n".utf8.contains($0) }) else { return text }
        var quoted = "\""
        for scalar in text.unicodeScalars {
            if scalar == "\"" { quoted.unicodeScalars.append(scalar) }
            quoted.unicodeScalars.append(scalar)
        }
        return quoted + "\""
    }

    /// Whether a spreadsheet would calculate the cell instead of showing it; a negative number it may have.
    private static func isFormula(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first(where: { $0 != " " }) else { return false }
        switch first {
        case "=", "+", "@", "\t", "\r": return true
        case "-": return Double(text) == nil
        default: return false
        }
    }

    /// Line ends and tabs are data; other control characters a terminal would obey.
    private static func printable(_ text: String) -> String {
        var shown = ""
        for scalar in text.unicodeScalars {
            if scalar == "\n" || scalar == "\r" || scalar == "\t" {
                shown.unicodeScalars.append(scalar)
            } else {
                shown += Terminal.printable(String(scalar))
            }
        }
        return shown
    }
}
