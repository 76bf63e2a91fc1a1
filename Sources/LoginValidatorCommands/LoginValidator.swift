public import ArgumentParser

/// The program: every command stands below it.
public struct LoginValidator: AsyncParsableCommand {
    /// The program's name, help and commands.
    public static let configuration = CommandConfiguration(
        commandName: "login-validator",
        abstract: "Validates streams of logins against the Kakao Games platform, and keeps an audit trail.",
        discussion: """
            Login events come from Kafka; kick and lockout outcomes go back to Kafka; every decision goes into an \
            append-only SQLite trail.

            Exit status: 0 done, 1 failed, 2 usage or configuration.
            """,
        version: Self.version,
        subcommands: [
            RunCommand.self, ValidateCommand.self, AuditCommand.self, DeadLettersCommand.self, GuardCommand.self,
            ConfigCommand.self,
            DemoCommand.self, SimulateCommand.self,
        ]
    )

    /// Of this build.
    static let version = "0.1.0"

    /// Made by ArgumentParser.
    public init() {}

    /// Runs the command that the arguments name, and exits with the contract's status.
    public static func main() async {
        do {
            var command = try Self.parseAsRoot()
            if var asyncCommand = command as? any AsyncParsableCommand {
                try await asyncCommand.run()
            } else {
                try command.run()
            }
        } catch {
            CommandFailure.exit(with: error)
        }
    }
}
