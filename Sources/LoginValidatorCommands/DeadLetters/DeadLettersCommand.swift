import ArgumentParser

/// `dead-letters`: what became of events that got no decision.
struct DeadLettersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dead-letters",
        abstract: "Lists dead letters, and puts them back on the login topic.",
        subcommands: [DeadLettersListCommand.self, DeadLettersReplayCommand.self]
    )
}
