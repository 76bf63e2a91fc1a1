/// What a registry knows about a metric beyond its values: the text of its HELP line and a histogram's buckets.
package struct MetricDescription: Hashable, Sendable {
    package var name: String
    package var help: String
    /// `nil` chooses by the name: ``HistogramBuckets/latency`` for seconds, else ``HistogramBuckets/sizes``.
    package var buckets: HistogramBuckets?

    package init(_ name: String, _ help: String, buckets: HistogramBuckets? = nil) {
        self.name = name
        self.help = help
        self.buckets = buckets
    }
}
