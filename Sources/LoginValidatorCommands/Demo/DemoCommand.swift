import ArgumentParser
import AuditTrail
import Foundation
import KafkaClient
import Logging
import Metrics
import ServiceLifecycle
import Simulation
import ValidatorService

/// `demo`: the main job, from a login event to a row in the trail, on this machine alone.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract:
            "Runs an embedded broker, a simulated platform, a generator and the real service, and looks at the trail.",
        discussion: "Ends by itself. Run again on the same trail it adds to it."
    )

    @Option(help: "How many logins.")
    var events = 3000

    @Option(help: "Logins per second; 0 is as fast as possible.")
    var rate: Double = 1000

    @Option(help: "Seeds the logins.")
    var seed: UInt64?

    @Option(help: "The trail to append to.")
    var trail = FileManager.default.temporaryDirectory.appendingPathComponent("login-validator-demo/audit.db").path

    @Option(help: "The log level of the service.")
    var logLevel = "error"

    /// The demo gives up when the service has made no progress for this long.
    static let patience: Duration = .seconds(60)
    static let loginTopic = "login.events"

    func validate() throws {
        guard (1...1_000_000).contains(self.events) else {
            throw ValidationError("--events must be from 1 to 1000000.")
        }
        guard self.rate >= 0, self.rate.isFinite else { throw ValidationError("--rate must be 0 or more.") }
    }

    func run() async throws {
        let directory = URL(fileURLWithPath: self.trail).deletingLastPathComponent()
        do {
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        } catch {
            throw CommandFailure(.failed, "The folder \(directory.path) for the trail cannot be made: \(error)")
        }
        let broker = try EmbeddedBroker(
            topics: [
                Self.loginTopic: 6, "login.outcomes": 6, "login.events.dead-letters": 1, "login.audit.checkpoints": 1,
            ]
        )
        defer { broker.close() }
        let report = try await SimulatedPlatform.withRunning(
            .init(latency: LatencyDistribution(median: .milliseconds(5), p99: .milliseconds(40)))
        ) { platform in
            try await self.run(broker: broker, platformURL: try await platform.baseURL)
        }
        Terminal.write(report)
    }

    private func run(broker: EmbeddedBroker, platformURL: String) async throws -> String {
        let credentials = try CredentialsFile(SimulatedApp.examples)
        defer { credentials.remove() }
        let configuration = try ServiceConfiguration.load(
            file: nil,
            environment: [:],
            flags: [
                "KAFKA_BOOTSTRAP_SERVERS": broker.bootstrapServers, "KAFKA_DELIVERY": "at-least-once",
                "PLATFORM_BASE_URL": platformURL, "PLATFORM_CREDENTIALS_FILE": credentials.path,
                "AUDIT_DATABASE": self.trail, "OPS_LISTEN": "off", "LOG_LEVEL": self.logLevel,
                "INSTANCE_ID": "demo",
            ]
        )
        LoggingSetup.bootstrap(level: configuration.logLevel, format: configuration.logFormat)
        MetricsSystem.bootstrap(PrometheusRegistry())
        let logger = Logger(label: "login-validator")
        let readiness = ReadinessState()
        let service = ValidationService(
            configuration: configuration,
            metrics: PipelineMetrics(),
            readiness: readiness,
            logger: logger
        )
        let group = ServiceGroup(service, logger: logger)
        return try await withThrowingTaskGroup(of: String?.self) { tasks in
            tasks.addTask {
                try await group.run()
                return nil
            }
            tasks.addTask {
                try await Self.waitUntilReady(readiness)
                let report = try await self.watch(broker: broker, logger: logger)
                await group.triggerGracefulShutdown()
                return report
            }
            var report: String?
            for try await result in tasks {
                if let result { report = result } else if report == nil { tasks.cancelAll() }
            }
            guard let report else { throw CommandFailure(.failed, "The demo was stopped before it had ended.") }
            return report
        }
    }

    /// Produces the events, waits until all are decided and delivered, and describes what came of them.
    private func watch(broker: EmbeddedBroker, logger: Logger) async throws -> String {
        let reader = try await self.openTrail()
        let first = try reader.count()
        let started = ContinuousClock.now
        let producer = try KafkaProducer(
            configuration: KafkaConfiguration(bootstrapServers: broker.bootstrapServers, clientID: "demo"),
            mode: .idempotent,
            logger: logger.quieter
        )
        defer { producer.close() }
        var generator = EventGenerator(.init(seed: self.seed ?? UInt64.random(in: 0...UInt64.max)))
        var bar = ProgressBar("Validating", total: self.events)
        let feed = EventFeed(producer: producer, topic: Self.loginTopic, rate: self.rate == 0 ? nil : self.rate)
        var decided = try DemoReport(reader: reader, from: first)
        try await feed.produce(self.events, from: &generator) { _ in
            if (try? decided.refresh()) != nil { bar.update(decided.decisions, note: decided.note) }
        }
        var progressed = ContinuousClock.now
        // What is delivered costs a look at every entry, and matters only when all are decided.
        var undelivered = Int.max
        while undelivered > 0 {
            let before = (decided.decisions, undelivered)
            try await Task.sleep(for: ProgressBar.interval)
            try decided.refresh()
            if decided.decisions >= self.events { undelivered = try decided.undelivered() }
            bar.update(decided.decisions, note: decided.note)
            if (decided.decisions, undelivered) != before { progressed = .now }
            if ContinuousClock.now - progressed > Self.patience {
                throw CommandFailure(
                    .failed,
                    "The service decided \(decided.decisions) of \(self.events) logins and then made no progress."
                )
            }
        }
        bar.finish()
        return try decided.text(trail: self.trail, elapsed: .now - started)
    }

    /// The service consumes: its group has assigned the partitions, which takes an embedded broker some seconds.
    private static func waitUntilReady(_ readiness: ReadinessState) async throws {
        let deadline = ContinuousClock.now + Self.patience
        Terminal.remark("Starting ...\n")
        while !readiness.report.isReady {
            guard ContinuousClock.now < deadline else {
                throw CommandFailure(.failed, "The service was not ready within \(Self.patience).")
            }
            try await Task.sleep(for: ProgressBar.interval)
        }
    }

    /// The trail appears when the service has started.
    private func openTrail() async throws -> TrailReader {
        let deadline = ContinuousClock.now + Self.patience
        while true {
            do {
                return try TrailReader(path: self.trail)
            } catch {
                if ContinuousClock.now > deadline { throw error }
                try await Task.sleep(for: ProgressBar.interval)
            }
        }
    }
}
