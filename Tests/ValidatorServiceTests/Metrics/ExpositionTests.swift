import CoreMetrics
import Testing

@testable import ValidatorService

@Suite struct ExpositionTests {
    /// A registry with one metric of each kind, and its text without the process's own metrics.
    private static func text(in format: ExpositionFormat) -> String {
        let registry = PrometheusRegistry(descriptions: [
            MetricDescription("logins_total", "Logins \\ \"by\"\nplatform."),
            MetricDescription("wait_seconds", "Wait.", buckets: HistogramBuckets([0.5, 1])),
        ])
        let pc = Counter(label: "logins", dimensions: [("platform", "pc")], factory: registry)
        let web = Counter(label: "logins", dimensions: [("platform", "web")], factory: registry)
        pc.increment(by: 3)
        web.increment()
        Meter(label: "depth", dimensions: [], factory: registry).set(1.5)
        let wait = Timer(label: "wait", dimensions: [("kind", "a")], factory: registry)
        wait.recordMilliseconds(500)
        wait.recordMilliseconds(750)
        wait.recordSeconds(4)
        let lines = registry.exposition(in: format).split(separator: "\n")
        return lines.filter { !$0.contains("process_") && !$0.contains("dropped_series") }.joined(separator: "\n")
    }

    @Test func prometheusTextIsAsDocumented() {
        #expect(
            Self.text(in: .prometheus) == #"""
                # TYPE depth gauge
                depth 1.5
                # HELP logins_total Logins \\ "by"\nplatform.
                # TYPE logins_total counter
                logins_total{platform="pc"} 3
                logins_total{platform="web"} 1
                # HELP wait_seconds Wait.
                # TYPE wait_seconds histogram
                wait_seconds_bucket{kind="a",le="0.5"} 1
                wait_seconds_bucket{kind="a",le="1"} 2
                wait_seconds_bucket{kind="a",le="+Inf"} 3
                wait_seconds_sum{kind="a"} 5.25
                wait_seconds_count{kind="a"} 3
                """#
        )
    }

    @Test func openMetricsTextIsAsSpecified() {
        #expect(
            Self.text(in: .openMetrics) == #"""
                # TYPE depth gauge
                depth 1.5
                # HELP logins Logins \\ \"by\"\nplatform.
                # TYPE logins counter
                logins_total{platform="pc"} 3
                logins_total{platform="web"} 1
                # HELP wait_seconds Wait.
                # TYPE wait_seconds histogram
                wait_seconds_bucket{kind="a",le="0.5"} 1
                wait_seconds_bucket{kind="a",le="1.0"} 2
                wait_seconds_bucket{kind="a",le="+Inf"} 3
                wait_seconds_sum{kind="a"} 5.25
                wait_seconds_count{kind="a"} 3
                # EOF
                """#
        )
    }

    @Test(arguments: [
        (nil, ExpositionFormat.prometheus),
        ("", .prometheus),
        ("*/*", .prometheus),
        ("text/plain", .prometheus),
        ("application/openmetrics-text", .openMetrics),
        ("Application/OpenMetrics-Text; version=1.0.0; charset=utf-8", .openMetrics),
        ("application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2", .openMetrics),
        ("application/openmetrics-text;q=0.2,text/plain;q=0.3", .prometheus),
        ("application/openmetrics-text;q=0", .prometheus),
        ("application/openmetrics-text;q=nonsense", .prometheus),
        ("application/openmetrics-text," + String(repeating: "x", count: 2000), .prometheus),
    ])
    func formatIsTheOneThatIsAskedFor(accept: String?, expected: ExpositionFormat) {
        #expect(ExpositionFormat(accept: accept) == expected)
    }

    @Test(arguments: [
        ("plain", #"v="plain""#), (#"a"b"#, #"v="a\"b""#), (#"a\b"#, #"v="a\\b""#), ("a\nb", #"v="a\nb""#),
        ("}\n# TYPE evil counter\nevil 1", #"v="}\n# TYPE evil counter\nevil 1""#), ("로그인", #"v="로그인""#),
    ])
    func labelValuesStayInsideTheirQuotationMarks(value: String, expected: String) {
        #expect(SeriesLabels(dimensions: [("v", value)]).text == expected)
    }

    @Test(arguments: [
        ("hb.requests", "hb_requests"), ("9lives", "_9lives"), ("", "_"), ("a b\n", "a_b_"), ("a:b", "a:b"),
        ("é", "_"),
    ])
    func metricNamesAreThoseThatPrometheusAllows(label: String, expected: String) {
        #expect(MetricName.metric(label) == expected)
    }

    @Test(arguments: [
        ("http.route", "http_route"), ("a:b", "a_b"), ("__name__", "_name__"), ("le", "exported_le"), ("____", "_"),
        ("", "_"),
    ])
    func labelNamesAreThoseThatPrometheusAllows(label: String, expected: String) {
        #expect(MetricName.label(label) == expected)
    }

    @Test(arguments: [
        (Double.nan, "NaN"), (.infinity, "+Inf"), (-.infinity, "-Inf"), (-2, "-2"), (0.1, "0.1"), (1e300, "1e+300"),
    ])
    func numbersAreWrittenAsTheFormatWantsThem(value: Double, expected: String) {
        let registry = PrometheusRegistry(descriptions: [])
        Meter(label: "depth", dimensions: [], factory: registry).set(value)
        #expect(registry.exposition(in: .prometheus).split(separator: "\n").contains("depth \(expected)"))
    }

    @Test func longLabelValuesAreCut() {
        let text = SeriesLabels(dimensions: [("v", String(repeating: "é", count: 5000))]).text
        #expect(text.utf8.count <= SeriesLabels.maximumValueBytes + 10)
        #expect(text.hasSuffix("…\""))
    }
}
