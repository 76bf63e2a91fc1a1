import Foundation
import KafkaClient
import Logging
import LoginContracts
import Synchronization
import ValidationPipeline

/// Takes the samples of a ``ConsumptionWatchdog`` and does what it says.
///
/// It has a thread of its own, because what it watches includes the threads that everything else runs on.
final class WatchdogShell: Sendable {
    private let parts: Parts
    private let limit: Duration
    private let metrics: PipelineMetrics
    private let readiness: ReadinessState
    private let logger: Logger
    private let fatal: @Sendable (any Error) -> Void
    private let lastResort: @Sendable () -> Void
    private let machine: Mutex<ConsumptionWatchdog>
    private let engine = Mutex(EngineSight())
    private let isStopped = Mutex(false)
    private let wakeUp = DispatchSemaphore(value: 0)

    /// What is watched.
    struct Parts: Sendable {
        let consumer: KafkaConsumer
        let bridge: KafkaBridge
        let engine: ValidationEngine
        let backlog: KafkaBacklogProbe
        let holds: HoldReasons
    }

    private struct EngineSight {
        var partitions: [PartitionGauges] = []
        var reasons: Set<HoldReason> = []
        var answers: UInt64 = 0
        var isAsked = false
    }

    /// Between two samples at most; a short limit is looked at more often.
    static let maximumInterval: Duration = .seconds(5)
    /// How long Kafka may take to answer the question whether there is more.
    static let answerTimeout: Duration = .seconds(15)

    /// - Parameters:
    ///   - fatal: ends the service gracefully.
    ///   - lastResort: makes sure that the process ends also when the end hangs on what already hung.
    init(
        _ parts: Parts,
        limit: Duration,
        metrics: PipelineMetrics,
        readiness: ReadinessState,
        logger: Logger,
        fatal: @escaping @Sendable (any Error) -> Void,
        lastResort: @escaping @Sendable () -> Void
    ) {
        self.parts = parts
        self.limit = limit
        self.metrics = metrics
        self.readiness = readiness
        self.logger = logger
        self.fatal = fatal
        self.lastResort = lastResort
        self.machine = Mutex(ConsumptionWatchdog(limit: limit))
    }

    func start() {
        let thread = Thread {
            let origin = ContinuousClock.now
            let interval = min(Self.maximumInterval, self.limit / 20)
            while !self.isStopped.withLock({ $0 }) {
                self.askEngine()
                self.perform(self.observe(after: ContinuousClock.now - origin))
                _ = self.wakeUp.wait(timeout: .now() + .milliseconds(Int(interval.milliseconds)))
            }
        }
        thread.name = "watchdog"
        thread.start()
    }

    /// Watches no more; what is under way may still end. Any thread.
    func stop() {
        self.isStopped.withLock { $0 = true }
        self.wakeUp.signal()
    }

    private func observe(after time: Duration) -> ConsumptionWatchdog.Action {
        let engine = self.engine.withLock { $0 }
        let sample = ConsumptionWatchdog.Sample(
            consumerTurns: self.parts.consumer.turns,
            engineAnswers: engine.answers,
            isAssigned: self.parts.bridge.isAssigned,
            partitions: engine.partitions,
            reasons: self.parts.holds.current(validity: self.limit).union(engine.reasons)
        )
        let (action, isInTrouble) = self.machine.withLock { ($0.observe(sample, now: time), $0.isInTrouble) }
        if !isInTrouble, action == .none { self.readiness.set(.consumption, isReady: true) }
        return action
    }

    /// Keeps one question to the engine under way; the next sample sees whether it was answered.
    private func askEngine() {
        let isFree = self.engine.withLock { sight in
            defer { sight.isAsked = true }
            return !sight.isAsked
        }
        guard isFree else { return }
        Task {
            let reasons = await self.parts.engine.gauges.holdReasons
            let partitions = await self.parts.engine.partitionGauges
            self.engine.withLock {
                $0 = EngineSight(partitions: partitions, reasons: reasons, answers: $0.answers + 1)
            }
        }
    }

    private func perform(_ action: ConsumptionWatchdog.Action) {
        switch action {
        case .none: break
        case .ask(let positions): self.ask(positions)
        case .recover(let stall):
            self.tell(stall)
            self.logger.error(
                "Consumption stands still; the consumer gets a new client",
                metadata: ["cause": "\(stall.cause.name)", "stall": "\(stall)"]
            )
            self.parts.consumer.reconnect()
        case .giveUp(let stall):
            self.tell(stall)
            self.stop()
            self.lastResort()
            self.fatal(ServiceError.stalled(stall))
        }
    }

    private func tell(_ stall: Stall) {
        self.metrics.observe(stall)
        self.readiness.set(.consumption, isReady: false, message: "\(stall)")
    }

    /// Asks Kafka; blocks this thread, which has nothing else to do.
    private func ask(_ positions: [SourcePartition: Int64]) {
        let offsets = Dictionary(uniqueKeysWithValues: positions.map { (KafkaTopicPartition($0), $1) })
        var findings: [SourcePartition: KafkaBacklogProbe.Finding]?
        do throws(KafkaError) {
            let found = try self.parts.backlog.findings(offsets, timeout: Self.answerTimeout)
            findings = Dictionary(uniqueKeysWithValues: found.map { (SourcePartition($0), $1) })
            if found.values.allSatisfy({ $0 == .none }) {
                self.logger.debug("Nothing is waiting", metadata: ["partitions": "\(found.count)"])
            }
        } catch {
            self.logger.warning("Kafka does not answer the watchdog", metadata: ["error": "\(error)"])
        }
        self.perform(self.machine.withLock { $0.answered(findings) })
    }
}
