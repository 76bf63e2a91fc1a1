import HostileInput
import Testing

private let isWholeRun = Array(FuzzRounds("probe", rounds: 2)).count == 2

/// The fuzzing itself: repeatable, bounded, and able to find something.
@Suite(.enabled(if: isWholeRun, "A single round is being repeated"))
struct FuzzRoundsTests {
    static let mutation = Mutation(seeds: [Array("name: value".utf8)])

    @Test func aSeedGivesTheSameInputAgain() {
        for var round in FuzzRounds("repeat", rounds: 100) {
            var again = FuzzRound(seed: round.seed)
            #expect(Self.mutation.input(&round.random) == Self.mutation.input(&again.random))
        }
    }

    @Test func halfOfTheRoundsAreTheSameInEveryRun() {
        let first = FuzzRounds("half", rounds: 100).map(\.seed)
        let second = FuzzRounds("half", rounds: 100).map(\.seed)
        #expect(zip(first, second).filter { $0 == $1 }.count == 50)
        #expect(Set(FuzzRounds("other", rounds: 100).map(\.seed)).isDisjoint(with: first))
    }

    @Test func noRoundBeginsAfterTheLimit() {
        #expect(Array(FuzzRounds("limit", rounds: 1_000_000, limit: .zero)).count == 1)
    }

    /// A planted mistake: a reader that takes a NUL for the end of a line is found within the rounds of a test.
    @Test func aPlantedMistakeIsFound() {
        let isFound = FuzzRounds("mistake", rounds: 3000).contains { round in
            var random = round.random
            let input = Self.mutation.input(&random)
            return input.starts(with: Array("name: ".utf8)) && input.contains(0)
        }
        #expect(isFound)
    }

    @Test func anInputIsShownWithEscapesAndBounded() {
        let round = FuzzRound(seed: 0xAB)
        #expect(round.replay([0x41, 0, 0x5C, 0xFF]) == #"FUZZ_SEED=0xab; input: A\x00\\\xff"#)
        #expect(round.replay([UInt8](repeating: 0x41, count: 100_000)).utf8.count < 3000)
    }

    @Test func generatedJSONIsBounded() {
        for var round in FuzzRounds("json", rounds: 500) {
            #expect(HostileJSON.value(&round.random).utf8.count < 100_000)
        }
    }
}
