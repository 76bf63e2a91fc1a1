import Testing

/// The simulation finds what is wrong: services with a mistake in them are caught within a few seeds.
@Suite(.serialized) struct PlantedMistakeTests {
    static let maximumSeeds: UInt64 = 200

    @Test(arguments: PlantedMistake.allCases)
    func plantedMistakeIsFound(mistake: PlantedMistake) {
        for seed in 1...Self.maximumSeeds {
            let world = SimulatedWorld(seed: seed, mistake: mistake)
            SimulationTrap.watch(seed: seed)
            world.run()
            guard let violation = world.auditor.violations.first else { continue }
            print("\(mistake.rawValue), seed \(seed): \(violation)")
            return
        }
        Issue.record("No seed up to \(Self.maximumSeeds) finds the mistake \(mistake).")
    }
}
