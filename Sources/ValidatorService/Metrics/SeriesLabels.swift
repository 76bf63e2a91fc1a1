/// What tells a metric's series apart: label names and values, sanitised, in the order of the names.
struct SeriesLabels: Hashable, Comparable, Sendable {
    /// `name="value",…` as both exposition formats write it; empty without labels.
    let text: String

    /// The longest value, in bytes; longer ones are cut.
    static let maximumValueBytes = 256
    /// Labels of a series, at most; further ones are left out.
    static let maximumLabels = 16

    init(dimensions: [(String, String)]) {
        var values: [String: String] = [:]
        for (name, value) in dimensions.prefix(Self.maximumLabels) {
            values[MetricName.label(name)] = value.bounded(toBytes: Self.maximumValueBytes)
        }
        self.text = values.sorted { $0.key < $1.key }
            .map { "\($0.key)=\"\(Self.escaped($0.value))\"" }
            .joined(separator: ",")
    }

    static func < (left: SeriesLabels, right: SeriesLabels) -> Bool { left.text < right.text }

    /// Backslash, quotation mark and line feed are escaped, as the format asks for; carriage returns stay.
    private static func escaped(_ value: String) -> String {
        var text = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
