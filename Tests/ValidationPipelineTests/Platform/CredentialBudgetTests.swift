import Testing

@testable import ValidationPipeline

@Suite struct CredentialBudgetTests {
    @Test func neverMoreThanTheMaximumInAMinute() {
        var random = SeededRandom(seed: 11)
        var budget = CredentialBudget(maximum: 9)
        var running: [Duration] = []
        var wrong: [Duration] = []
        var now = Duration.zero
        for _ in 0..<20_000 {
            now += random.milliseconds(0...500)
            if budget.permission.isGranted(at: now), random.chance(0.7) {
                budget.reserve(now: now)
                running.append(now)
            } else if !running.isEmpty {
                running.removeFirst()
                budget.release()
                budget.noteWrong("100", now: now)
                wrong.append(now)
            }
            #expect(running.count + wrong.count { $0 > now - .seconds(60) } <= 9)
        }
        #expect(wrong.count > 100)
    }

    @Test func placesAreFreeAgainAfterAMinuteOrOnceTheAppIsProven() {
        var budget = CredentialBudget(maximum: 2)
        budget.reserve(now: .zero)
        budget.reserve(now: .zero)
        #expect(budget.permission == .afterAnEvent)
        budget.release()
        budget.noteWrong("100", now: .seconds(1))
        budget.release()
        budget.noteWrong("200", now: .seconds(2))
        #expect(budget.permission == .at(.seconds(61)))
        budget.forget("200")
        #expect(budget.permission == .now)
        budget.reserve(now: .seconds(3))
        #expect(budget.permission == .at(.seconds(61)))
    }
}
