import Foundation
import Testing

/// The whole engine under a manual clock, with faults at every step; see ``SimulatedWorld``.
@Suite struct SimulationTests {
    /// Seeds that once found something stay here.
    static let knownSeeds: [UInt64] = Array(1...40) + [209_326_809, 3_166_006_928, 3_520_563_033]

    @Test(arguments: Self.knownSeeds)
    func knownSeedFindsNoViolation(seed: UInt64) { Self.check(seed: seed) }

    /// `LOGIN_VALIDATOR_SIMULATION_SEED` replays one seed; `LOGIN_VALIDATOR_SIMULATION_SECONDS` is how long fresh ones
    /// are tried.
    @Test func freshSeedsFindNoViolation() {
        let environment = ProcessInfo.processInfo.environment
        if let seed = environment["LOGIN_VALIDATOR_SIMULATION_SEED"].flatMap({ UInt64($0) }) {
            Self.check(seed: seed)
            return
        }
        let seconds = environment["LOGIN_VALIDATOR_SIMULATION_SECONDS"].flatMap { Double($0) } ?? 8
        let end = ContinuousClock.now + .seconds(seconds)
        var seed = UInt64.random(in: 0..<(1 << 32))
        var runs = 0
        while ContinuousClock.now < end, Self.check(seed: seed) {
            seed += 1
            runs += 1
        }
        print("Simulated \(runs) fresh seeds.")
    }

    @Test func sameSeedGivesTheSameRun() {
        for seed in UInt64(100)..<105 {
            let runs = (0..<2).map { _ in
                let world = SimulatedWorld(seed: seed)
                world.run()
                return "\(world.step) \(world.now) \(world.auditor.published.map(\.eventID))"
            }
            #expect(runs[0] == runs[1])
        }
    }

    @Test(arguments: PlantedMistake.allCases)
    func plantedMistakeIsFound(mistake: PlantedMistake) {
        var found: [String] = []
        for seed in UInt64(1)...60 where found.isEmpty {
            let world = SimulatedWorld(seed: seed, mistake: mistake)
            world.run()
            found = world.auditor.violations
        }
        #expect(!found.isEmpty)
    }

    @discardableResult
    static func check(seed: UInt64) -> Bool {
        let world = SimulatedWorld(seed: seed)
        world.run()
        let replay = "LOGIN_VALIDATOR_SIMULATION_SEED=\(seed) swift test --filter freshSeedsFindNoViolation"
        #expect(world.auditor.violations.isEmpty, "Replay with: \(replay)\n\(world.description)")
        return world.auditor.violations.isEmpty
    }
}
