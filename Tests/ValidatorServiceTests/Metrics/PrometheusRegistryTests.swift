import CoreMetrics
import Testing

@testable import ValidatorService

@Suite struct PrometheusRegistryTests {
    private let registry = PrometheusRegistry(descriptions: [], maximumSeries: 3, maximumMetrics: 4)

    /// The value of the line that begins with `series`.
    private func value(_ series: String) -> Double? {
        let lines = self.registry.exposition(in: .prometheus).split(separator: "\n")
        return lines.first { $0.hasPrefix(series + " ") }.flatMap { Double($0.dropFirst(series.count + 1)) }
    }

    @Test func incrementsOfManyThreadsAddUp() async {
        let counter = Counter(label: "c", dimensions: [], factory: self.registry)
        let fractions = FloatingPointCounter(label: "f", dimensions: [], factory: self.registry)
        let timer = Timer(label: "t", dimensions: [], factory: self.registry)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<10_000 {
                        counter.increment()
                        fractions.increment(by: 0.5)
                        timer.recordNanoseconds(1_000_000_000)
                    }
                }
            }
        }
        #expect(self.value("c_total") == 80_000)
        #expect(self.value("f_total") == 40_000)
        #expect(self.value("t_seconds_count") == 80_000)
        #expect(self.value("t_seconds_sum") == 80_000)
        #expect(self.value("t_seconds_bucket{le=\"1\"}") == 80_000)
        #expect(self.value("t_seconds_bucket{le=\"0.5\"}") == 0)
    }

    @Test func sameLabelsInAnyOrderAreOneSeries() {
        Counter(label: "c", dimensions: [("a", "1"), ("b", "2")], factory: self.registry).increment()
        Counter(label: "c", dimensions: [("b", "2"), ("a", "1")], factory: self.registry).increment()
        #expect(self.value("c_total{a=\"1\",b=\"2\"}") == 2)
    }

    @Test func seriesBeyondTheLimitAreDroppedAndCounted() {
        for number in 0..<10 {
            Counter(label: "c", dimensions: [("n", "\(number)")], factory: self.registry).increment()
        }
        let text = self.registry.exposition(in: .prometheus)
        #expect(text.split(separator: "\n").count { $0.hasPrefix("c_total{") } == 3)
        #expect(self.value(PrometheusRegistry.droppedName) == 7)
        // Those that are known go on counting.
        Counter(label: "c", dimensions: [("n", "2")], factory: self.registry).increment()
        #expect(self.value("c_total{n=\"2\"}") == 2)
    }

    @Test func namesBeyondTheLimitAreDroppedAndCounted() {
        for number in 0..<6 { Meter(label: "m\(number)", dimensions: [], factory: self.registry).set(1) }
        #expect(self.value("m3") == 1)
        #expect(self.value("m4") == nil)
        #expect(self.value(PrometheusRegistry.droppedName) == 2)
    }

    @Test func nameInUseForAnotherKindIsDroppedAndCounted() {
        Meter(label: "x_total", dimensions: [], factory: self.registry).set(7)
        Counter(label: "x", dimensions: [], factory: self.registry).increment()
        #expect(self.value("x_total") == 7)
        #expect(self.value(PrometheusRegistry.droppedName) == 1)
    }

    @Test func countersNeverGoDownAndNeverWrapAround() {
        let counter = CounterSeries()
        counter.increment(by: Int64(5))
        counter.increment(by: Int64(-3))
        counter.increment(by: -1.5)
        counter.increment(by: Double.nan)
        counter.increment(by: Double.infinity)
        #expect(counter.value == 5)
        counter.increment(by: Int64.max)
        counter.increment(by: Int64.max)
        #expect(counter.value == Double(Int64.max))
        counter.reset()
        #expect(counter.value == 0)
    }

    @Test(arguments: [(-1.0, 0), (0.5, 0), (0.51, 1), (1, 1), (2, 2), (2.01, 3), (.infinity, 3)])
    func valueOnABoundIsBelowIt(value: Double, position: Int) {
        #expect(HistogramBuckets([0.5, 1, 2]).position(of: value) == position)
    }

    @Test func notANumberIsInNoBucket() {
        let histogram = HistogramSeries(buckets: HistogramBuckets([1]))
        histogram.record(Double.nan)
        histogram.record(Int64(1))
        #expect(histogram.snapshot == HistogramSeries.Snapshot(cumulativeCounts: [1, 1], sum: 1))
    }

    @Test func destroyedMetricIsNotShown() {
        let gauge = Meter(label: "g", dimensions: [("p", "0")], factory: self.registry)
        gauge.set(1)
        #expect(self.value("g{p=\"0\"}") == 1)
        gauge.destroy()
        #expect(!self.registry.exposition(in: .prometheus).contains("g{"))
    }

    @Test func gaugeGoesUpAndDown() {
        let gauge = Meter(label: "g", dimensions: [], factory: self.registry)
        gauge.set(10)
        gauge.increment(by: 2.5)
        gauge.decrement(by: 4)
        #expect(self.value("g") == 8.5)
        Recorder(label: "r", dimensions: [], aggregate: false, factory: self.registry).record(-3)
        #expect(self.value("r") == -3)
    }

    @Test func processIsDescribed() throws {
        let cpu = try #require(self.value("process_cpu_seconds_total"))
        let memory = try #require(self.value("process_resident_memory_bytes"))
        let descriptors = try #require(self.value("process_open_fds"))
        let start = try #require(self.value("process_start_time_seconds"))
        #expect(cpu >= 0)
        #expect(memory > 1_000_000)
        #expect(descriptors >= 3)
        #expect(start > 1_600_000_000)
    }

    @Test func commandNameWithParenthesesDoesNotShiftTheFields() throws {
        let line = "42 (a) b) R 1 1 1 0 -1 0 0 0 0 0 150 50 0 0 20 0 9 0 7700 1000000 321 99 1\n"
        let statistics = try #require(ProcessStatistics(line: line))
        #expect(statistics.userTicks == 150)
        #expect(statistics.systemTicks == 50)
        #expect(statistics.startTicks == 7700)
        #expect(statistics.residentPages == 321)
        #expect(ProcessStatistics(line: "nonsense") == nil)
    }
}
