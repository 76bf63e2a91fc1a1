import Foundation

/// Sends the same requests through each client in turn, 64 at a time, and prints the processor time of this process
/// per request. The server should be another process, such as a simulated platform.
///
/// Usage: `swift run -c release PlatformClientBenchmark http://127.0.0.1:18080 [requests per round] [rounds]`
@main
enum Benchmark {
    static let concurrency = 64

    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count > 1 else {
            print("usage: PlatformClientBenchmark BASE_URL [REQUESTS] [ROUNDS]")
            exit(2)
        }
        let requests = arguments.count > 2 ? Int(arguments[2]) ?? 100_000 : 100_000
        let rounds = arguments.count > 3 ? Int(arguments[3]) ?? 3 : 3
        for _ in 0..<rounds {
            try await self.measure(try CoreClient(baseURL: arguments[1]), requests: requests)
            try await self.measure(GeneralClient(baseURL: arguments[1]), requests: requests)
        }
    }

    static func measure(_ contender: some Contender, requests: Int) async throws {
        // Connections are made before the clock starts.
        try await self.run(contender, requests: self.concurrency * 10)
        let cpu = self.processorSeconds()
        let clock = ContinuousClock()
        let start = clock.now
        try await self.run(contender, requests: requests)
        let seconds = (clock.now - start) / .seconds(1)
        let microseconds = (self.processorSeconds() - cpu) / Double(requests) * 1_000_000
        print(
            "\(contender.name): \(String(format: "%.1f", microseconds)) µs of processor time per request, "
                + "\(Int(Double(requests) / seconds)) requests per second"
        )
        try await contender.shutdown()
    }

    static func run(_ contender: some Contender, requests: Int) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<self.concurrency {
                group.addTask {
                    for _ in 0..<(requests / self.concurrency) { try await contender.validate() }
                }
            }
            try await group.waitForAll()
        }
    }

    /// User and system time of this process.
    static func processorSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1_000_000_000
    }
}
