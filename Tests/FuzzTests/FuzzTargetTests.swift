import FuzzTargets
import HostileInput
import Testing

/// Every decoder that faces the outside, with inputs that follow from seeds: no rule is broken and none takes long.
@Suite struct FuzzTargetTests {
    /// One input must not cost more: of this thread's own time, so that a busy machine does not matter.
    static let maximumTime: Duration = .seconds(2)

    @Test(arguments: FuzzTarget.all.map(\.name))
    func noInputBreaksARule(name: String) throws {
        let target = try #require(FuzzTarget.named(name))
        let mutation = target.mutation
        for var round in FuzzRounds(name, rounds: 3000, limit: .seconds(2)) {
            let input = mutation.input(&round.random)
            let (broken, time) = CPUClock.measure { target.brokenRules(input) }
            guard broken.isEmpty, time < Self.maximumTime else {
                Issue.record("\(broken) after \(time); \(round.replay(input))")
                return
            }
        }
    }

    /// What a fuzzer begins with must be understood, or it would only try the first lines of a decoder.
    @Test(arguments: FuzzTarget.all.map(\.name))
    func seedsBreakNoRule(name: String) throws {
        let target = try #require(FuzzTarget.named(name))
        for seed in target.seeds {
            #expect(target.brokenRules(seed) == [], "\(String(decoding: seed, as: UTF8.self))")
        }
    }

    @Test func targetsAreNamedOnce() {
        #expect(Set(FuzzTarget.all.map(\.name)).count == FuzzTarget.all.count)
    }
}
