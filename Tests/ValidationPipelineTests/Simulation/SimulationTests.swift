import Foundation
import Testing

/// The whole engine under a manual clock, with faults at every step; see ``SimulatedWorld``.
@Suite(.serialized) struct SimulationTests {
    /// Seeds that once found something stay here, with some others.
    static let knownSeeds =
        Array(UInt64(1)...40) + [
            346_296_797, 1_001_405_427, 1_120_447_431, 1_675_009_020, 2_016_705_060, 2_256_050_136, 3_420_069_043,
        ]

    /// At least so many events are simulated under faults whenever the tests run.
    static let minimumEvents = 100_000

    /// `LOGIN_VALIDATOR_SIMULATION_SEED` replays one seed; `LOGIN_VALIDATOR_SIMULATION_SECONDS` is how long fresh ones
    /// are tried, in place of 10 s.
    static let environment = ProcessInfo.processInfo.environment
    static let replayedSeed = Self.environment["LOGIN_VALIDATOR_SIMULATION_SEED"].flatMap { UInt64($0) }
    static let seconds = Self.environment["LOGIN_VALIDATOR_SIMULATION_SECONDS"].flatMap { Double($0) }

    @Test func knownSeedsFindNoViolation() {
        guard Self.replayedSeed == nil, Self.seconds == nil else { return }
        var events = 0
        for seed in Self.knownSeeds { events += Self.check(seed: seed).step }
        #expect(events >= Self.minimumEvents)
    }

    @Test func freshSeedsFindNoViolation() {
        if let seed = Self.replayedSeed {
            let world = Self.check(seed: seed)
            print("Seed \(seed): \(world.step) events, \(world.auditor.violations.count) violations.")
            return
        }
        let end = ContinuousClock.now + .seconds(Self.seconds ?? 10)
        var progress = SimulationProgress()
        var seed = UInt64.random(in: 0..<(1 << 32))
        while ContinuousClock.now < end {
            let world = Self.check(seed: seed)
            progress.count(world)
            guard world.auditor.violations.isEmpty else { break }
            seed += 1
        }
        progress.finish()
    }

    @Test(arguments: SimulationScenario.Theme.allCases)
    func sameSeedGivesTheSameRun(theme: SimulationScenario.Theme) {
        for seed in UInt64(100)..<102 {
            let runs = (0..<2).map { _ in
                let world = SimulatedWorld(seed: seed, theme: theme)
                world.run()
                return "\(world.step) \(world.now) \(world.auditor.published.map(\.eventID))"
            }
            #expect(runs[0] == runs[1])
        }
    }

    @discardableResult
    static func check(seed: UInt64) -> SimulatedWorld {
        let world = SimulatedWorld(seed: seed)
        SimulationTrap.watch(seed: seed)
        world.run()
        #expect(world.auditor.violations.isEmpty, "Replay with: ops/simulate --seed \(seed)\n\(world.description)")
        return world
    }
}
