package import Logging
import LoginContracts

/// Writes lines for people: time, level, message, then `key=value` for each metadata value.
///
/// Whatever a value holds, it stays on its line and inside its value: characters that end lines or steer terminals are
/// written as `\n` or `\u{1b}`, and a value with a space, `=`, quotation mark or backslash stands in quotation marks.
package struct TextLogHandler: LogHandler {
    private let output: LogOutput
    private let hasColour: Bool
    private let now: @Sendable () -> Timestamp
    package var logLevel: Logger.Level
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?

    package init(level: Logger.Level, output: LogOutput, hasColour: Bool) {
        self.init(level: level, output: output, hasColour: hasColour, now: { .now })
    }

    init(level: Logger.Level, output: LogOutput, hasColour: Bool, now: @escaping @Sendable () -> Timestamp) {
        self.logLevel = level
        self.output = output
        self.hasColour = hasColour
        self.now = now
    }

    package subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { self.metadata[key] }
        set { self.metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        let members = LogMembers(logger: self.metadata, provider: self.metadataProvider, event: event)
        var budget = LogLineBudget()
        var line = self.now().description
        line += " "
        line += self.name(of: event.level)
        line += " "
        line.append(escaping: event.message.description.bounded(toBytes: LogMembers.maximumTextBytes))
        for (key, value) in members.members {
            line += " "
            line.append(token: key)
            line += "="
            line.append(token: budget.take(value.text(budget: budget)))
        }
        if members.omitted > 0 { line += " metadata.omitted=\(members.omitted)" }
        self.output.write(line: line)
    }

    /// The level in a column of eight characters.
    private func name(of level: Logger.Level) -> String {
        let name = level.rawValue
        let padding = String(repeating: " ", count: max(0, 8 - name.utf8.count))
        guard self.hasColour else { return name + padding }
        return "\u{1B}[\(level.colour)m\(name)\u{1B}[0m\(padding)"
    }
}

extension Logger.Level {
    /// The parameter of the terminal's "select graphic rendition" (ECMA-48 section 8.3.117).
    fileprivate var colour: String {
        switch self {
        case .trace, .debug: "2"
        case .info: "32"
        case .notice: "36"
        case .warning: "33"
        case .error, .critical: "1;31"
        }
    }
}

extension Logger.MetadataValue {
    /// The value as one text, nested ones as far as limits go.
    fileprivate func text(depth: Int = 1, budget: LogLineBudget) -> String {
        switch self {
        case .string(let text): return text
        case .stringConvertible(let value): return value.description
        case .array, .dictionary: break
        }
        guard depth <= LogMembers.maximumDepth else { return "…" }
        var budget = budget
        if case .array(let elements) = self {
            let texts = elements.prefix(LogMembers.maximumElements).map {
                budget.take($0.text(depth: depth + 1, budget: budget))
            }
            return "[\(texts.joined(separator: ", "))]"
        }
        if case .dictionary(let elements) = self {
            let texts = elements.sorted { $0.key < $1.key }.prefix(LogMembers.maximumElements).map { element in
                let key = element.key.bounded(toBytes: LogMembers.maximumKeyBytes)
                return "\(key): " + budget.take(element.value.text(depth: depth + 1, budget: budget))
            }
            return "[\(texts.joined(separator: ", "))]"
        }
        return ""
    }
}

extension String {
    /// The text with unsafe characters escaped, and the backslash, so that nothing looks like an escape that is none.
    fileprivate mutating func append(escaping text: String, quotes: Bool = false) {
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": self += "\\n"
            case "\r": self += "\\r"
            case "\t": self += "\\t"
            case "\\": self += "\\\\"
            case "\"" where quotes: self += "\\\""
            case _ where scalar.isUnsafeInLogLine: self += "\\u{\(String(scalar.value, radix: 16))}"
            default: self.unicodeScalars.append(scalar)
            }
        }
    }

    /// A key or value: in quotation marks when it would otherwise not be told from what is around it.
    fileprivate mutating func append(token text: String) {
        let isPlain =
            !text.isEmpty
            && text.unicodeScalars.allSatisfy { scalar in
                !scalar.properties.isWhitespace && scalar != "=" && scalar != "\"" && scalar != "\\"
                    && !scalar.isUnsafeInLogLine
            }
        if isPlain {
            self += text
            return
        }
        self += "\""
        self.append(escaping: text, quotes: true)
        self += "\""
    }
}
