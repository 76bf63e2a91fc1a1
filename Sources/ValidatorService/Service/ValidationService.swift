import AuditTrail
import Foundation
import KafkaClient
package import Logging
import LoginContracts
import NIOCore
import ServiceLifecycle
import Synchronization
import ValidationPipeline

/// The service: takes login events, validates, records, publishes, until it is told to stop.
///
/// One of a `ServiceGroup`'s services; the group turns SIGTERM and SIGINT into a graceful shutdown. Stopping takes
/// nothing new, lets what is under way end within the configured time, publishes what is decided, gives the rest back to
/// Kafka and closes the trail.
package final class ValidationService: Service {
    let configuration: ServiceConfiguration
    private let metrics: PipelineMetrics
    private let readiness: ReadinessState
    let logger: Logger
    private let fatalErrors: AsyncStream<any Error>
    private let fatal: AsyncStream<any Error>.Continuation
    private let engine = Mutex<ValidationEngine?>(nil)
    private let holds = HoldReasons()
    /// Asks for a look at the gauges: now and then, and at once when something that operators watch has changed.
    private let looks: AsyncStream<Void>
    private let look: AsyncStream<Void>.Continuation

    /// How often gauges and lags are read.
    static let gaugeInterval: Duration = .seconds(2)
    /// What a stop may take beyond all its limits before a stalled service is ended by force.
    static let lastResortGrace: Duration = .seconds(10)
    /// What closing the consumer may take beyond the configured shutdown time.
    static let consumerStopTimeout: Duration = .seconds(10)

    package init(
        configuration: ServiceConfiguration,
        metrics: PipelineMetrics,
        readiness: ReadinessState,
        logger: Logger
    ) {
        self.configuration = configuration
        self.metrics = metrics
        self.readiness = readiness
        self.logger = logger
        (self.fatalErrors, self.fatal) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(1))
        (self.looks, self.look) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        readiness.set(.trail, isReady: false, message: "The trail is not open yet.")
        readiness.set(.assignment, isReady: false, message: "No partitions are assigned yet.")
    }

    /// Runs until the group shuts down gracefully.
    ///
    /// - Throws: ``ServiceError`` and the errors of the parts: nothing could be started, or nothing can go on.
    package func run() async throws {
        let parts = try await self.start()
        let outcome: Result<Void, any Error>
        do {
            try await self.untilStopped(parts)
            outcome = .success(())
        } catch {
            self.logger.error("The service cannot go on", metadata: ["error": "\(error)"])
            outcome = .failure(error)
        }
        await self.stop(parts)
        try outcome.get()
    }

    /// Whether the engine's event loop answers.
    package func isAlive() async -> Bool {
        guard let engine = self.runningEngine else { return true }
        _ = await engine.gauges
        return true
    }

    /// `nil` while the service starts or stops.
    var runningEngine: ValidationEngine? { self.engine.withLock { $0 } }

    private func start() async throws -> ServiceParts {
        let notices = NoticeLog(logger: self.logger)
        let callbacks = ServiceCallbacks(
            fatal: { [fatal] in fatal.yield($0) },
            assignment: { [readiness] isAssigned in
                let message = isAssigned ? "" : "No partitions are assigned."
                readiness.set(.assignment, isReady: isAssigned, message: message)
            },
            observe: { [metrics, readiness, holds, look] notice in
                metrics.observe(notice)
                notices.log(notice)
                readiness.observe(notice)
                holds.observe(notice)
                if notice.changesGauges { look.yield() }
            },
            holds: self.holds
        )
        let (configuration, logger) = (self.configuration, self.logger)
        let parts = try await Self.blocking { try ServiceParts(configuration, callbacks: callbacks, logger: logger) }
        do {
            _ = try await Self.blocking {
                try parts.trail.append(
                    configuration.entry(.started, "The service started.", details: configuration.auditDetails)
                )
            }
        } catch {
            await self.stop(parts)
            throw error
        }
        self.engine.withLock { $0 = parts.engine }
        self.readiness.set(.trail, isReady: true)
        parts.consumer.start()
        self.logger.info(
            "Validating logins",
            metadata: [
                "topic": "\(configuration.kafka.loginEventsTopic)",
                "group": "\(configuration.kafka.groupID)",
                "delivery": "\(configuration.kafka.delivery.rawValue)",
                "trail": "\(configuration.audit.database)",
                "nextIndex": "\(parts.trail.nextIndex)",
            ]
        )
        return parts
    }

    private func untilStopped(_ parts: ServiceParts) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await gracefulShutdown() }
            group.addTask {
                // Ends without an error only when it is cancelled, because the stream is never finished.
                for await error in self.fatalErrors { throw error }
            }
            group.addTask { await self.askForLooks() }
            group.addTask { await self.readGauges(parts) }
            group.addTask { await self.reloadOnHangup(parts) }
            group.addTask { try await self.publishCheckpoints(parts) }
            let watchdog = self.watchdog(parts)
            watchdog?.start()
            defer {
                watchdog?.stop()
                group.cancelAll()
            }
            try await group.next()
        }
    }

    private func watchdog(_ parts: ServiceParts) -> WatchdogShell? {
        guard let limit = self.configuration.stallTimeout else { return nil }
        let patience = self.configuration.shutdownTimeout + Self.consumerStopTimeout + Self.lastResortGrace
        return WatchdogShell(
            .init(
                consumer: parts.consumer,
                bridge: parts.bridge,
                engine: parts.engine,
                backlog: parts.backlog,
                holds: self.holds
            ),
            limit: limit,
            metrics: self.metrics,
            readiness: self.readiness,
            logger: self.logger,
            fatal: { [fatal] in fatal.yield($0) },
            lastResort: {
                // A thread that nothing can keep from running: what hangs may hang the end too.
                Thread.detachNewThread {
                    Thread.sleep(forTimeInterval: patience / .seconds(1))
                    _exit(1)
                }
            }
        )
    }

    /// Ends without an error only when it is cancelled.
    private func publishCheckpoints(_ parts: ServiceParts) async throws {
        parts.retention.begin()
        while (try? await Task.sleep(for: self.configuration.audit.checkpointInterval)) != nil {
            try await Self.blocking {
                parts.accesses.look()
                try parts.checkpoints.publish()
                // A segment is removed only when a checkpoint covers it.
                parts.retention.begin()
            }
        }
    }

    private func askForLooks() async {
        repeat { self.look.yield() } while (try? await Task.sleep(for: Self.gaugeInterval)) != nil
    }

    private func readGauges(_ parts: ServiceParts) async {
        for await _ in self.looks {
            let gauges = await parts.engine.gauges
            self.metrics.update(gauges)
            self.readiness.show(GuardReport(gauges, instanceID: self.configuration.instanceID, now: .now))
            let lags = parts.bridge.lags()
            for (partition, lag) in lags {
                self.metrics.setLag(lag, topic: partition.topic, partition: partition.partition)
            }
            self.metrics.removeLags(except: Set(lags.map { SourcePartition($0.partition) }))
        }
    }

    private func stop(_ parts: ServiceParts) async {
        let limit = self.configuration.shutdownTimeout
        self.logger.info("Stopping", metadata: ["limit": "\(limit)"])
        self.readiness.set(.assignment, isReady: false, message: "The service is stopping.")
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let watchdog = Task {
                try await Task.sleep(for: limit)
                parts.publisher.stop()
            }
            parts.engine.stop(within: limit) {
                watchdog.cancel()
                continuation.resume()
            }
        }
        self.engine.withLock { $0 = nil }
        await Self.blockingWithoutError {
            parts.consumer.stop(deadline: .now + Self.consumerStopTimeout)
            parts.bridge.disconnect()
            parts.publisher.close()
        }
        await parts.validator.shutdown()
        let configuration = self.configuration
        await Self.blockingWithoutError {
            parts.accesses.look()
            do {
                _ = try parts.trail.append(configuration.entry(.stopped, "The service stopped."))
                try parts.checkpoints.publish()
            } catch {
                self.logger.error("The stop is not in the trail, or not signed", metadata: ["error": "\(error)"])
            }
            parts.checkpoints.close()
            parts.trail.close()
        }
        try? await parts.eventLoops.shutdownGracefully()
        self.logger.info("Stopped")
    }

    /// Runs a call that blocks, off the threads of Swift's concurrency.
    static func blocking<Value: Sendable>(
        _ call: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(with: Result(catching: call)) }
        }
    }

    private static func blockingWithoutError(_ call: @escaping @Sendable () -> Void) async {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                call()
                continuation.resume()
            }
        }
    }
}

extension ServiceConfiguration {
    /// Something that happens to this instance now.
    func entry(
        _ kind: ServiceEntry.Kind,
        _ message: String,
        details: [String: String] = [:]
    ) -> ServiceEntry {
        ServiceEntry(kind: kind, recordedAt: .now, instanceID: self.instanceID, message: message, details: details)
    }
}
