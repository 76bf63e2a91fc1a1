package import CoreMetrics
import Synchronization

/// Keeps the process's metrics in memory and shows them in Prometheus' text formats.
///
/// The backend of swift-metrics: `MetricsSystem.bootstrap(PrometheusRegistry())`. Making a metric takes a lock, so its
/// users keep it; counting is a few atomic instructions on the metric itself. The same label and dimensions always
/// give the same series. Labels become names that Prometheus allows; counters get the suffix `_total` and timers, whose
/// unit is the second, `_seconds`, unless they have it.
///
/// Beyond ``maximumSeries`` series of a name, or ``maximumMetrics`` names, a new series counts for nobody and is not
/// shown; `login_validator_metrics_dropped_series_total` counts how often. The same happens to a name that is in use
/// for another kind of metric.
package final class PrometheusRegistry: MetricsFactory {
    /// Series of one name, at most.
    package let maximumSeries: Int
    /// Names, at most.
    package let maximumMetrics: Int
    private let descriptions: [String: MetricDescription]
    private let families = Mutex<[String: MetricFamily]>([:])
    private let dropped = CounterSeries()
    private let processMetrics = ProcessMetrics()

    static let droppedName = "login_validator_metrics_dropped_series_total"

    package init(
        descriptions: [MetricDescription] = PipelineMetrics.descriptions,
        maximumSeries: Int = 1000,
        maximumMetrics: Int = 500
    ) {
        self.maximumSeries = maximumSeries
        self.maximumMetrics = maximumMetrics
        self.descriptions = Dictionary(descriptions.map { ($0.name, $0) }) { first, _ in first }
    }

    /// Everything there is, now, in the order of the names. Any thread.
    package func exposition(in format: ExpositionFormat) -> String {
        var families = self.families.withLock { $0 }
        var dropped = MetricFamily(
            name: Self.droppedName,
            kind: .counter,
            description: MetricDescription(Self.droppedName, "Series left out because of a limit or a name in use.")
        )
        dropped.series[SeriesLabels(dimensions: [])] = .counter(self.dropped)
        families[Self.droppedName] = dropped
        for family in self.processMetrics.families() { families[family.name] = family }

        var writer = ExpositionWriter(format: format)
        for (_, family) in families.sorted(by: { $0.key < $1.key }) { writer.append(family) }
        return writer.finish()
    }

    /// The series of that name and those labels, made if it is new; `nil` when it is to be dropped.
    private func series(_ name: String, _ kind: MetricFamily.Kind, _ dimensions: [(String, String)])
        -> MetricFamily.Series?
    {
        let labels = SeriesLabels(dimensions: dimensions)
        let series: MetricFamily.Series? = self.families.withLock { families in
            if families[name] == nil {
                guard families.count < self.maximumMetrics else { return nil }
                families[name] = MetricFamily(name: name, kind: kind, description: self.descriptions[name])
            }
            guard let family = families[name], family.kind == kind else { return nil }
            if let known = family.series[labels] { return known }
            guard family.series.count < self.maximumSeries else { return nil }
            let series = family.makeSeries()
            families[name]?.series[labels] = series
            return series
        }
        if series == nil { self.dropped.increment(by: Int64(1)) }
        return series
    }

    private func counter(_ label: String, _ dimensions: [(String, String)]) -> CounterSeries {
        let series = self.series(MetricName.metric(label, suffix: "_total"), .counter, dimensions)
        if case .counter(let counter) = series { return counter }
        return CounterSeries()
    }

    private func gauge(_ label: String, _ dimensions: [(String, String)]) -> GaugeSeries {
        if case .gauge(let gauge) = self.series(MetricName.metric(label), .gauge, dimensions) { return gauge }
        return GaugeSeries()
    }

    private func histogram(_ name: String, _ dimensions: [(String, String)]) -> HistogramSeries {
        if case .histogram(let histogram) = self.series(name, .histogram, dimensions) { return histogram }
        return HistogramSeries(buckets: HistogramBuckets([]))
    }

    private func remove(_ handler: AnyObject) {
        self.families.withLock { families in
            for (name, family) in families {
                guard let labels = family.series.first(where: { $0.value.object === handler })?.key else { continue }
                families[name]?.series[labels] = nil
                return
            }
        }
    }
}

extension PrometheusRegistry {
    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        self.counter(label, dimensions)
    }

    package func makeFloatingPointCounter(
        label: String,
        dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        self.counter(label, dimensions)
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        self.gauge(label, dimensions)
    }

    package func makeRecorder(
        label: String,
        dimensions: [(String, String)],
        aggregate: Bool
    ) -> any RecorderHandler {
        if aggregate { return self.histogram(MetricName.metric(label), dimensions) }
        return self.gauge(label, dimensions)
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        self.histogram(MetricName.metric(label, suffix: "_seconds"), dimensions)
    }

    // A destroyed metric is not shown any more; made again, it starts from zero.

    package func destroyCounter(_ handler: any CounterHandler) { self.remove(handler) }
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { self.remove(handler) }
    package func destroyMeter(_ handler: any MeterHandler) { self.remove(handler) }
    package func destroyRecorder(_ handler: any RecorderHandler) { self.remove(handler) }
    package func destroyTimer(_ handler: any TimerHandler) { self.remove(handler) }
}
