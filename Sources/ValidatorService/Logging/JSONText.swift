/// Builds one line of JSON, piece by piece.
///
/// Our own because a log line's members come in a fixed order, cost no tree of objects, and must escape more than JSON
/// asks for: the line is shown in terminals too.
struct JSONText {
    private(set) var text: String = ""

    init(capacity: Int = 256) {
        self.text.reserveCapacity(capacity)
    }

    /// What JSON's own syntax needs: braces, commas, colons, literals.
    mutating func append(syntax: String) {
        self.text += syntax
    }

    /// A JSON string with its quotation marks (RFC 8259 section 7).
    mutating func append(string: String) {
        self.text += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": self.text += "\\\""
            case "\\": self.text += "\\\\"
            case "\n": self.text += "\\n"
            case "\r": self.text += "\\r"
            case "\t": self.text += "\\t"
            case _ where scalar.isUnsafeInLogLine: self.text += Self.escaped(scalar)
            default: self.text.unicodeScalars.append(scalar)
            }
        }
        self.text += "\""
    }

    /// `"name":`, with a comma in front unless it is the first member.
    mutating func append(name: String, isFirst: Bool = false) {
        if !isFirst { self.text += "," }
        self.append(string: name)
        self.text += ":"
    }

    /// `\u` and four digits; every character that needs it lies in the basic plane.
    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
}
