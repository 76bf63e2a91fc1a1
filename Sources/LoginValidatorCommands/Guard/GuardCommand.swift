import ArgumentParser

/// `guard`: the mass-kick guards of a running service.
struct GuardCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "guard",
        abstract: "Shows and releases the mass-kick guards of a running service.",
        discussion: """
            A guard that has tripped holds its app: nothing of it is decided until answers are back to normal, the \
            credentials are corrected, or an operator accepts the kicks.
            """,
        subcommands: [GuardStatusCommand.self, GuardReleaseCommand.self]
    )
}
