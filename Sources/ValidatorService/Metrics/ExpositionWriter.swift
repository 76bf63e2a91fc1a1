/// Writes metric families in one of the two text formats.
///
/// Source: the Prometheus documentation's "Exposition formats" and the OpenMetrics 1.0 specification. The formats
/// differ in the name of a counter's family, in escapes of HELP, in how a bucket's bound is written, and in the end.
struct ExpositionWriter {
    let format: ExpositionFormat
    private var text = ""

    init(format: ExpositionFormat) {
        self.format = format
    }

    mutating func append(_ family: MetricFamily) {
        guard !family.series.isEmpty else { return }
        var name = family.name
        if self.format == .openMetrics, family.kind == .counter { name.removeLast("_total".count) }
        if let help = family.help { self.text += "# HELP \(name) \(self.escaped(help: help))\n" }
        self.text += "# TYPE \(name) \(family.kind.rawValue)\n"
        for (labels, series) in family.series.sorted(by: { $0.key < $1.key }) {
            switch series {
            case .counter(let counter): self.append(family.name, labels.text, counter.value)
            case .gauge(let gauge): self.append(family.name, labels.text, gauge.value)
            case .histogram(let histogram): self.append(family.name, labels.text, histogram)
            }
        }
    }

    /// The whole text.
    mutating func finish() -> String {
        if self.format == .openMetrics { self.text += "# EOF\n" }
        return self.text
    }

    private mutating func append(_ name: String, _ labels: String, _ histogram: HistogramSeries) {
        let snapshot = histogram.snapshot
        let bounds = histogram.buckets.bounds.map(self.bound) + ["+Inf"]
        for (bound, count) in zip(bounds, snapshot.cumulativeCounts) {
            let prefix = labels.isEmpty ? "" : labels + ","
            self.append(name + "_bucket", "\(prefix)le=\"\(bound)\"", Double(count))
        }
        self.append(name + "_sum", labels, snapshot.sum)
        self.append(name + "_count", labels, Double(snapshot.count))
    }

    private mutating func append(_ name: String, _ labels: String, _ value: Double) {
        self.text += labels.isEmpty ? name : "\(name){\(labels)}"
        self.text += " \(Self.number(value))\n"
    }

    /// OpenMetrics wants one spelling of each bound, with a decimal point.
    private func bound(_ value: Double) -> String {
        self.format == .openMetrics ? value.description : Self.number(value)
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if value == value.rounded(), abs(value) < 9_007_199_254_740_992 { return String(Int64(value)) }
        return value.description
    }

    private func escaped(help: String) -> String {
        var text = ""
        for scalar in help.unicodeScalars {
            switch scalar {
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\"" where self.format == .openMetrics: text += "\\\""
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
