import Foundation

/// What a long run of fresh seeds has done so far, for those who wait for it.
struct SimulationProgress {
    private let start = ContinuousClock.now
    private var printed = ContinuousClock.now
    private var seeds = 0
    private var events = 0

    mutating func count(_ world: SimulatedWorld) {
        self.seeds += 1
        self.events += world.step
        guard ContinuousClock.now - self.printed > .seconds(10) else { return }
        self.printed = .now
        self.finish()
    }

    func finish() {
        let seconds = (ContinuousClock.now - self.start) / .seconds(1)
        let rate = Int(Double(self.events) / max(seconds, 0.001))
        print("\(self.seeds) fresh seeds, \(self.events) events in \(Int(seconds)) s (\(rate) a second).")
    }
}
