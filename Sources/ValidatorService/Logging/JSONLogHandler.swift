package import Logging
import LoginContracts

/// Writes each line as a JSON object, for programs: `time`, `level`, `message`, `label`, then the metadata.
///
/// A metadata key that is one of these four names is written as `metadata.` and the key, so that nothing logged can
/// replace what the handler says.
package struct JSONLogHandler: LogHandler {
    private let label: String
    private let output: LogOutput
    private let now: @Sendable () -> Timestamp
    package var logLevel: Logger.Level
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?

    private static let reservedKeys: Set<String> = ["time", "level", "message", "label"]

    package init(label: String, level: Logger.Level, output: LogOutput) {
        self.init(label: label, level: level, output: output, now: { .now })
    }

    init(label: String, level: Logger.Level, output: LogOutput, now: @escaping @Sendable () -> Timestamp) {
        self.label = label
        self.logLevel = level
        self.output = output
        self.now = now
    }

    package subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { self.metadata[key] }
        set { self.metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        let members = LogMembers(logger: self.metadata, provider: self.metadataProvider, event: event)
        var budget = LogLineBudget()
        var json = JSONText()
        json.append(syntax: "{")
        json.append(name: "time", isFirst: true)
        json.append(string: self.now().description)
        json.append(name: "level")
        json.append(string: event.level.rawValue)
        json.append(name: "message")
        json.append(string: event.message.description.bounded(toBytes: LogMembers.maximumTextBytes))
        json.append(name: "label")
        json.append(string: self.label)
        for (key, value) in members.members {
            json.append(name: Self.reservedKeys.contains(key) ? "metadata.\(key)" : key)
            json.append(value, budget: &budget)
        }
        if members.omitted > 0 {
            json.append(name: "metadata.omitted")
            json.append(syntax: String(members.omitted))
        }
        json.append(syntax: "}")
        self.output.write(line: json.text)
    }
}

extension JSONText {
    fileprivate mutating func append(_ value: Logger.MetadataValue, depth: Int = 1, budget: inout LogLineBudget) {
        switch value {
        case .string(let text): self.append(string: budget.take(text))
        case .stringConvertible(let value): self.append(string: budget.take(value.description))
        case .array, .dictionary:
            guard depth <= LogMembers.maximumDepth else {
                self.append(string: "…")
                return
            }
            self.append(elementsOf: value, depth: depth, budget: &budget)
        }
    }

    private mutating func append(elementsOf value: Logger.MetadataValue, depth: Int, budget: inout LogLineBudget) {
        if case .array(let elements) = value {
            self.append(syntax: "[")
            for (position, element) in elements.prefix(LogMembers.maximumElements).enumerated() {
                if position > 0 { self.append(syntax: ",") }
                self.append(element, depth: depth + 1, budget: &budget)
            }
            self.append(syntax: "]")
        }
        if case .dictionary(let elements) = value {
            self.append(syntax: "{")
            let sorted = elements.sorted { $0.key < $1.key }.prefix(LogMembers.maximumElements)
            for (position, element) in sorted.enumerated() {
                let key = element.key.bounded(toBytes: LogMembers.maximumKeyBytes)
                self.append(name: key, isFirst: position == 0)
                self.append(element.value, depth: depth + 1, budget: &budget)
            }
            self.append(syntax: "}")
        }
    }
}
