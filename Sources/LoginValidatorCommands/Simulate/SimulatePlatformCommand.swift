import ArgumentParser
import Logging
import ServiceLifecycle
import Simulation
import UnixSignals

/// `simulate platform`: an HTTP server with the platform's documented answers.
struct SimulatePlatformCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "platform",
        abstract: "Answers validation requests like the platform's documentation, chosen by the token's prefix.",
        discussion: """
            Tokens begin with what they get, such as ok_, invalid_, locked_, sanctioned_, pending_, gone_, slow-2500_, \
            hang_, flaky-3_, status-502_. GET and PUT /control show and change the whole platform's state: \
            {"mode": "normal" | "maintenance" | "down" | "failing" | "slow" | "wrongCredentials"}.

            It knows the apps 900100 and 900200 with the secrets simulated-app-secret-N and simulated-admin-key-N.
            """
    )

    @Option(help: "The address to listen on. Whoever reaches it controls it.")
    var host = "127.0.0.1"

    @Option(help: "The port to listen on; 0 chooses one.")
    var port = 18080

    @Option(help: "The median time of an answer in milliseconds; 0 answers at once.")
    var medianLatency = 0

    @Option(help: "Answers that are slower than all but one in a hundred, in milliseconds.")
    var p99Latency: Int?

    @Option(help: "Seeds the latencies and failures.")
    var seed: UInt64 = 1

    func validate() throws {
        guard (0...65_535).contains(self.port) else { throw ValidationError("--port must be from 0 to 65535.") }
        guard (0...60_000).contains(self.medianLatency) else {
            throw ValidationError("--median-latency must be from 0 to 60000.")
        }
        if let p99Latency, p99Latency < self.medianLatency || p99Latency > 60_000 {
            throw ValidationError("--p99-latency must be from --median-latency to 60000.")
        }
    }

    func run() async throws {
        let median = Duration.milliseconds(self.medianLatency)
        let platform = SimulatedPlatform(
            configuration: .init(
                host: self.host,
                port: self.port,
                latency: self.medianLatency == 0
                    ? nil
                    : LatencyDistribution(
                        median: median,
                        p99: self.p99Latency.map { .milliseconds($0) } ?? median * 4
                    ),
                seed: self.seed
            )
        )
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [.init(service: platform)],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: Logger(label: "simulate-platform").quieter
            )
        )
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            tasks.addTask {
                // Scripts wait for this line; it is the command's result.
                Terminal.write("\(try await platform.baseURL)\n")
            }
            do {
                try await tasks.waitForAll()
            } catch {
                throw CommandFailure(
                    .failed,
                    "The simulated platform cannot run on \(self.host):\(self.port): \(error)"
                )
            }
        }
    }
}
