/// Names as Prometheus allows them.
///
/// Labels of other libraries may hold dots and hyphens; every character that is not allowed becomes `_`.
enum MetricName {
    /// The longest name of a metric or label, in bytes; longer ones are cut.
    static let maximumLength = 200

    /// `[a-zA-Z_:][a-zA-Z0-9_:]*`, with the suffix that the kind of metric asks for.
    static func metric(_ label: String, suffix: String = "") -> String {
        let name = self.sanitised(label, allowsColon: true)
        return name.hasSuffix(suffix) ? name : name + suffix
    }

    /// `[a-zA-Z_][a-zA-Z0-9_]*`; not one of the names that Prometheus keeps for itself.
    static func label(_ name: String) -> String {
        var name = self.sanitised(name, allowsColon: false)
        while name.hasPrefix("__") { name.removeFirst() }
        return name == "le" || name == "quantile" ? "exported_\(name)" : name
    }

    private static func sanitised(_ text: String, allowsColon: Bool) -> String {
        var name = ""
        for scalar in text.unicodeScalars.prefix(self.maximumLength) {
            switch scalar {
            case "a"..."z", "A"..."Z", "_": name.unicodeScalars.append(scalar)
            case ":" where allowsColon: name.unicodeScalars.append(scalar)
            case "0"..."9":
                if name.isEmpty { name += "_" }
                name.unicodeScalars.append(scalar)
            default: name += "_"
            }
        }
        return name.isEmpty ? "_" : name
    }
}
