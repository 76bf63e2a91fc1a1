import Testing
import ValidationPipeline

@testable import ValidatorService

@Suite struct HoldReasonsTests {
    static let validity: Duration = .seconds(60)

    @Test func reasonThatWasSetHoldsUntilItIsTakenBackAsOften() {
        let holds = HoldReasons()
        holds.set(.guardTripped)
        holds.set(.guardTripped)
        holds.unset(.guardTripped)
        #expect(holds.current(validity: .zero) == [.guardTripped])
        holds.unset(.guardTripped)
        #expect(holds.current(validity: Self.validity).isEmpty)
    }

    @Test func reasonThatWasNotedCountsForATime() {
        let holds = HoldReasons()
        let now = ContinuousClock.now
        holds.note(.trailRefuses, at: now)
        #expect(holds.current(validity: Self.validity, now: now + .seconds(60)) == [.trailRefuses])
        #expect(holds.current(validity: Self.validity, now: now + .seconds(61)).isEmpty)
    }

    @Test func engineTellsWhyItHolds() {
        let holds = HoldReasons()
        holds.observe(.trailFailed(TrailFailure(message: "The disk is full.")))
        holds.observe(.publicationFailed(PublicationFailure(message: "No broker.")))
        holds.observe(.attemptFailed(AttemptFailure(kind: "timeout", message: "No answer."), attempt: 1))
        #expect(holds.current(validity: Self.validity) == [.trailRefuses, .kafkaRefuses, .platformUnavailable])
        holds.observe(.cycleCompleted(records: 1, duration: .zero))
        #expect(holds.current(validity: Self.validity) == [.platformUnavailable])
    }
}
