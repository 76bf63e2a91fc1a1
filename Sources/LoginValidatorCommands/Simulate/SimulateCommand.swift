import ArgumentParser

/// `simulate`: the demo's parts, on their own.
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Runs a simulated platform, an embedded broker or a generator of login events, or makes a trail.",
        subcommands: [
            SimulatePlatformCommand.self, SimulateBrokerCommand.self, SimulateEventsCommand.self,
            SimulateTrailCommand.self,
        ]
    )
}
