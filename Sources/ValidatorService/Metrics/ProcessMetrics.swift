import Foundation
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// What the system knows about this process, read when somebody asks: proc(5), `/proc/self/stat` and `/proc/self/fd`.
///
/// The names are those that Prometheus' client libraries use. Elsewhere than on Linux there are none.
struct ProcessMetrics: Sendable {
    /// Clock ticks a second, the unit of the times in `stat`.
    private let ticks = Double(max(1, sysconf(Int32(_SC_CLK_TCK))))
    private let pageBytes = Double(max(1, sysconf(Int32(_SC_PAGESIZE))))

    /// Of `stat`, at most; it is one line of some hundred bytes.
    private static let maximumStatBytes = 4096
    /// Open files that are counted, at most.
    private static let maximumDescriptors = 1_000_000

    func families() -> [MetricFamily] {
        var families: [MetricFamily] = []
        if let statistics = Self.readStatistics().flatMap(ProcessStatistics.init(line:)) {
            families += [
                Self.counter(
                    "process_cpu_seconds_total",
                    "User and system CPU time spent, in seconds.",
                    Double(statistics.userTicks + statistics.systemTicks) / self.ticks
                ),
                Self.gauge(
                    "process_resident_memory_bytes",
                    "Resident memory size in bytes.",
                    Double(statistics.residentPages) * self.pageBytes
                ),
                Self.gauge(
                    "process_start_time_seconds",
                    "Start time of the process, in seconds since 1970-01-01T00:00:00Z.",
                    Self.bootTime() + Double(statistics.startTicks) / self.ticks
                ),
            ]
        }
        if let descriptors = Self.countDescriptors() {
            families.append(Self.gauge("process_open_fds", "Open file descriptors.", Double(descriptors)))
        }
        return families
    }

    private static func counter(_ name: String, _ help: String, _ value: Double) -> MetricFamily {
        let series = CounterSeries()
        series.increment(by: value)
        var family = MetricFamily(name: name, kind: .counter, description: MetricDescription(name, help))
        family.series[SeriesLabels(dimensions: [])] = .counter(series)
        return family
    }

    private static func gauge(_ name: String, _ help: String, _ value: Double) -> MetricFamily {
        let series = GaugeSeries()
        series.set(value)
        var family = MetricFamily(name: name, kind: .gauge, description: MetricDescription(name, help))
        family.series[SeriesLabels(dimensions: [])] = .gauge(series)
        return family
    }

    /// When the host started, in whole seconds since 1970 (`btime` of proc(5)), so that the same process always shows
    /// the same start.
    private static func bootTime() -> Double {
        guard let bytes = FileManager.default.contents(atPath: "/proc/stat") else { return 0 }
        let line = String(decoding: bytes, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("btime ") }
        return line.flatMap { Double($0.dropFirst("btime ".count)) } ?? 0
    }

    private static func readStatistics() -> String? {
        let descriptor = open("/proc/self/stat", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: Self.maximumStatBytes)
        let count = read(descriptor, &bytes, bytes.count)
        return count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : nil
    }

    private static func countDescriptors() -> Int? {
        guard let directory = opendir("/proc/self/fd") else { return nil }
        defer { closedir(directory) }
        // `.`, `..` and the directory itself are listed too.
        var count = -3
        while count < Self.maximumDescriptors, readdir(directory) != nil { count += 1 }
        return max(0, count)
    }
}

/// The fields of `/proc/self/stat` that are shown.
struct ProcessStatistics: Hashable {
    var userTicks: UInt64
    var systemTicks: UInt64
    /// After the host's start.
    var startTicks: UInt64
    var residentPages: UInt64

    /// The command's name, in parentheses, may hold anything, parentheses included: fields are counted from the last
    /// one, which ends field 2.
    init?(line: String) {
        guard let end = line.lastIndex(of: ")") else { return nil }
        let fields = line[line.index(after: end)...].split(whereSeparator: \.isWhitespace)
        guard fields.count >= 22, let user = UInt64(fields[11]), let system = UInt64(fields[12]),
            let start = UInt64(fields[19]), let pages = UInt64(fields[21])
        else { return nil }
        self.userTicks = user
        self.systemTicks = system
        self.startTicks = start
        self.residentPages = pages
    }
}
