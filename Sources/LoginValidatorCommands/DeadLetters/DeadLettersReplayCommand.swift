import ArgumentParser
import Logging
import Synchronization
import UnixSignals
import ValidatorService

/// `dead-letters replay`: puts dead letters back.
struct DeadLettersReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Puts dead letters back on the login topic, each at most once.",
        discussion: """
            Select them with filters as in list, or take --all. Key, value and headers go back as they were, to the \
            partition they came from, with headers login-validator.replayed-from, -replayed-at and -replays. The event \
            keeps its id and, unless --restamp is given, its timestamp.

            What was replayed is written into the dead-letter topic itself, in one transaction with the events; so a \
            second run skips it, and of two runs at a time the later takes over. For this the principal needs to write \
            to both topics and the transactional id login-validator-replay-TOPIC. With KAFKA_DELIVERY=at-least-once, or \
            on the embedded broker, a crash can make one batch of up to 500 go twice, and so can two runs at a time.

            SIGINT and SIGTERM end it behind the batch under way. Exit status 1 when a selected dead letter cannot be \
            replayed; the result says which and why.
            """
    )

    @OptionGroup var filters: DeadLetterFilterOptions

    @Flag(help: "Replay every dead letter.")
    var all = false

    @Flag(help: "Only say what would be replayed.")
    var dryRun = false

    @Option(help: "The topic they go to; the configured login topic if not given.")
    var toTopic: String?

    @Flag(
        help: """
            Give the events the time of the replay as their timestamp: those older than EVENTS_MAXIMUM_AGE are then \
            validated, and a topic that deletes by age keeps them.
            """
    )
    var restamp = false

    @Option(help: "table or json.")
    var format: OutputFormat = .table

    @OptionGroup var options: ConfigurationOptions

    func validate() throws {
        if self.format != .table && self.format != .json { throw ValidationError("--format must be table or json.") }
        switch (self.all, self.filters.selection.isEverything) {
        case (false, true): throw ValidationError("Select dead letters with filters, or give --all.")
        case (true, false): throw ValidationError("Give either filters or --all.")
        default: break
        }
        if self.toTopic?.isEmpty == true { throw ValidationError("--to-topic must not be empty.") }
    }

    func run() async throws {
        let configuration = try self.options.load(requiresCredentials: false)
        LoggingSetup.bootstrap(level: configuration.logLevel, format: configuration.logFormat)
        let destination = self.toTopic ?? configuration.kafka.loginEventsTopic
        guard destination != configuration.kafka.deadLettersTopic else {
            throw CommandFailure(.usage, "--to-topic must not be the dead-letter topic.")
        }
        let isStopping = StopFlag()
        let signals = Task {
            for await _ in await UnixSignalsSequence(trapping: .sigterm, .sigint) { isStopping.set() }
        }
        defer { signals.cancel() }
        let logger = Logger(label: "dead-letters").quieter
        let topic = try DeadLetterTopic(configuration, logger: logger)
        var settings = DeadLetterReplay.Settings(selection: self.filters.selection, destination: destination)
        settings.isDryRun = self.dryRun
        settings.isRestamping = self.restamp
        var replay = try DeadLetterReplay(
            of: topic,
            settings,
            configuration: configuration,
            logger: logger,
            isStopping: { isStopping.isSet }
        )
        defer { replay.close() }
        let failure = self.run(&replay)
        let document = ReplayDocument(replay.report)
        Terminal.write(try document.text(self.format))
        for remark in document.remarks { Terminal.remark("\(remark)\n") }
        if let failure {
            throw CommandFailure(.failed, "\(failure) What is listed as replayed is done; run it again for the rest.")
        }
        if replay.report.failedCount > 0 || replay.report.isInterrupted {
            throw ExitCode(CommandFailure.Status.failed.rawValue)
        }
    }

    /// - Returns: what ended it too early.
    private func run(_ replay: inout DeadLetterReplay) -> (any Error)? {
        var bar: ProgressBar?
        defer { bar?.finish() }
        do {
            try replay.run { done, total in
                if bar == nil { bar = ProgressBar("Replaying", total: Int(clamping: total)) }
                bar?.update(Int(clamping: done))
            }
            return nil
        } catch {
            return error
        }
    }
}

/// Set by a signal, looked at between records.
private final class StopFlag: Sendable {
    private let flag = Atomic<Bool>(false)

    var isSet: Bool { self.flag.load(ordering: .relaxed) }

    func set() { self.flag.store(true, ordering: .relaxed) }
}
