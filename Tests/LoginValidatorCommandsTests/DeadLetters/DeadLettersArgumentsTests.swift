import ArgumentParser
import LoginContracts
import Testing
import ValidatorService

@testable import LoginValidatorCommands

@Suite struct DeadLettersArgumentsTests {
    @Test func everyFilterIsTaken() throws {
        let filters = [
            "--disposition", "stale", "--disposition", "malformed", "--from", "2026-01-01", "--to",
            "2026-01-02T00:00:00Z",
            "--app", "1", "--player", "p", "--event", "e", "--partition", "2", "--offsets", "3..9", "--original-topic",
            "t", "--original-partition", "4", "--original-offsets", "7",
        ]
        let list = try #require(
            try DeadLettersCommand.parseAsRoot(
                ["list", "--limit", "5", "--after", "0/42", "--format", "csv"] + filters
            )
                as? DeadLettersListCommand
        )
        let selection = list.filters.selection
        #expect(selection.dispositions == [.stale, .malformed])
        #expect(selection.from?.description == "2026-01-01T00:00:00.000Z")
        #expect(selection.to?.description == "2026-01-02T00:00:00.000Z")
        #expect(selection.kgAppId == "1" && selection.playerId == "p" && selection.eventID == "e")
        #expect(selection.partition == 2 && selection.offsets == 3...9)
        #expect(selection.originTopic == "t" && selection.originPartition == 4 && selection.originOffsets == 7...7)
        #expect(list.limit == 5 && list.after?.place.description == "0/42" && list.format == .csv)
        let replay = try #require(
            try DeadLettersCommand.parseAsRoot(["replay", "--dry-run", "--to-topic", "x", "--restamp"] + filters)
                as? DeadLettersReplayCommand
        )
        #expect(replay.filters.selection == selection)
        #expect(replay.dryRun && replay.restamp && replay.toTopic == "x" && !replay.all)
    }

    @Test(arguments: [
        ["list", "--limit", "0"], ["list", "--limit", "10001"], ["list", "--after", "5"], ["list", "--after", "0/-1"],
        ["list", "--offsets", "9..3"], ["list", "--offsets", ".."], ["list", "--offsets", "-1..3"],
        ["list", "--offsets", "1..2..3"], ["list", "--offsets", "9223372036854775807"], ["list", "--offsets", ""],
        ["list", "--partition", "-1"], ["list", "--disposition", "lost"], ["list", "--format", "xml"],
        ["list", "token"],
        ["replay"], ["replay", "--dry-run"], ["replay", "--all", "--app", "1"], ["replay", "--all", "--format", "csv"],
        ["replay", "--all", "--to-topic", ""],
    ])
    func wrongArgumentsAreRefused(_ arguments: [String]) {
        #expect(throws: (any Error).self) { try DeadLettersCommand.parseAsRoot(arguments) }
    }

    @Test(
        arguments: [
            ("3..9", 3...9), ("..9", 0...9), ("3..", 3...(Int64.max - 1)), ("7", 7...7), ("0..0", 0...0),
        ] as [(String, ClosedRange<Int64>)]
    )
    func offsetsAreRead(_ text: String, offsets: ClosedRange<Int64>) {
        #expect(OffsetsArgument(argument: text)?.offsets == offsets)
    }
}
