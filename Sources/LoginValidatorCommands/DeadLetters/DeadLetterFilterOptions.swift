import ArgumentParser
import LoginContracts
import ValidatorService

/// Which dead letters are meant. They must match all filters; --disposition given again adds a choice.
struct DeadLetterFilterOptions: ParsableArguments {
    @Option(help: "malformed, unknownApp, rejectedByPlatform, undetermined or stale; can be given again.")
    var disposition: [DeadLetter.Disposition] = []

    @Option(help: "With this timestamp or a later one: RFC 3339, a date, or a span before now such as 24h.")
    var from: TimeArgument?

    @Option(help: "With an earlier timestamp: RFC 3339, a date, or a span before now such as 1h.")
    var to: TimeArgument?

    @Option(help: "The app's id.")
    var app: String?

    @Option(help: "The player's id.")
    var player: String?

    @Option(help: "The event's id.")
    var event: String?

    @Option(help: "The partition of the dead-letter topic.")
    var partition: Int32?

    @Option(
        help: ArgumentHelp("The offsets in the dead-letter topic: A..B with both, A.., ..B, or one.", valueName: "A..B")
    )
    var offsets: OffsetsArgument?

    @Option(help: "The topic where the event stood.")
    var originalTopic: String?

    @Option(help: "The partition where the event stood.")
    var originalPartition: Int32?

    @Option(
        help: ArgumentHelp("The offsets where the events stood: A..B with both, A.., ..B, or one.", valueName: "A..B")
    )
    var originalOffsets: OffsetsArgument?

    func validate() throws {
        for (name, partition) in [("--partition", self.partition), ("--original-partition", self.originalPartition)] {
            if let partition, partition < 0 { throw ValidationError("\(name) must be 0 or more.") }
        }
    }

    var selection: DeadLetterSelection {
        var selection = DeadLetterSelection()
        selection.dispositions = Set(self.disposition)
        selection.from = self.from?.timestamp
        selection.to = self.to?.timestamp
        selection.kgAppId = self.app
        selection.playerId = self.player
        selection.eventID = self.event
        selection.partition = self.partition
        selection.offsets = self.offsets?.offsets
        selection.originTopic = self.originalTopic
        selection.originPartition = self.originalPartition
        selection.originOffsets = self.originalOffsets?.offsets
        return selection
    }
}
