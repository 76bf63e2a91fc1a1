import ArgumentParser
import Logging
import ValidatorService

/// `dead-letters list`: what was put aside, where from and why.
struct DeadLettersListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists dead letters by partition, oldest first. Tokens are never shown.",
        discussion: """
            A dead letter has the timestamp of its login event. Of a value that is not a login event an excerpt is \
            shown in which everything is masked that might be a token. Reads up to the end that the topic has at the \
            start, without a consumer group: nothing is committed.

            When there are more than --limit, the last line on stderr says how to go on with --after.
            """
    )

    @OptionGroup var filters: DeadLetterFilterOptions

    @Option(help: "At most this many dead letters, 1 to 10000.")
    var limit = 100

    @Option(
        help: ArgumentHelp("Go on behind this place, where the page before ended.", valueName: "PARTITION/OFFSET")
    )
    var after: PlaceArgument?

    @Option(help: "table, json, ndjson or csv.")
    var format: OutputFormat = .table

    @OptionGroup var options: ConfigurationOptions

    /// What --limit may be.
    static let limits = 1...10_000

    func validate() throws {
        guard Self.limits.contains(self.limit) else {
            throw ValidationError(
                "--limit must be from \(Self.limits.lowerBound) to \(Self.limits.upperBound)."
            )
        }
    }

    func run() async throws {
        let configuration = try self.options.load(requiresCredentials: false)
        LoggingSetup.bootstrap(level: configuration.logLevel, format: configuration.logFormat)
        let topic = try DeadLetterTopic(configuration, logger: Logger(label: "dead-letters").quieter)
        var bar: ProgressBar?
        let page = try DeadLetterPage(
            of: topic,
            self.filters.selection,
            after: self.after?.place,
            limit: self.limit
        ) { done, total in
            if bar == nil { bar = ProgressBar("Reading", total: Int(clamping: total)) }
            bar?.update(Int(clamping: done))
        }
        bar?.finish()
        Terminal.write(try DeadLetterWriter.text(page.rows, format: self.format))
        if page.unreadableMarkers > 0 {
            Terminal.remark("warning: \(page.unreadableMarkers) records say what was replayed and cannot be read.\n")
        }
        if let next = page.nextAfter { Terminal.remark("More: --after \(next)\n") }
    }
}
