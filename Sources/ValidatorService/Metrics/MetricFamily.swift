/// All series of one name.
struct MetricFamily {
    let name: String
    let kind: Kind
    let help: String?
    let buckets: HistogramBuckets
    var series: [SeriesLabels: Series] = [:]

    enum Kind: String {
        case counter
        case gauge
        case histogram
    }

    enum Series {
        case counter(CounterSeries)
        case gauge(GaugeSeries)
        case histogram(HistogramSeries)

        var object: AnyObject {
            switch self {
            case .counter(let series): series
            case .gauge(let series): series
            case .histogram(let series): series
            }
        }
    }

    init(name: String, kind: Kind, description: MetricDescription?) {
        self.name = name
        self.kind = kind
        self.help = description?.help
        self.buckets = description?.buckets ?? (name.hasSuffix("_seconds") ? .latency : .sizes)
    }

    func makeSeries() -> Series {
        switch self.kind {
        case .counter: .counter(CounterSeries())
        case .gauge: .gauge(GaugeSeries())
        case .histogram: .histogram(HistogramSeries(buckets: self.buckets))
        }
    }
}
