import Testing

@testable import ValidatorService

@Suite struct FencingHistoryTests {
    @Test func instancesThatTakeTheIdFromEachOtherAreNoticed() {
        var history = FencingHistory()
        let now = ContinuousClock.now
        let answers = [0, 10, 20].map { history.fenced(at: now + .seconds($0)) }
        #expect(answers == [false, false, true])
    }

    @Test func transactionsThatOutliveTheirTimeAreNoRival() {
        var history = FencingHistory()
        let now = ContinuousClock.now
        let answers = (0..<20).map { history.fenced(at: now + .seconds(60 * $0)) }
        #expect(!answers.contains(true))
    }
}
