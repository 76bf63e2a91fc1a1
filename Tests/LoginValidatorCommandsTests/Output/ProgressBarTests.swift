import Testing

@testable import LoginValidatorCommands

@Suite struct ProgressBarTests {
    @Test(arguments: [
        (0, 100, 0), (50, 100, 15), (99, 100, 29), (100, 100, 30), (150, 100, 30), (-1, 100, 0), (0, 0, 30),
    ])
    func theBarIsAsFullAsTheWorkIsDone(done: Int, total: Int, filled: Int) {
        let line = ProgressBar("Logins", total: total, isShown: false).line(done, note: "")
        #expect(line.filter { $0 == "█" }.count == filled)
        #expect(line.filter { $0 == "░" }.count == ProgressBar.width - filled)
        #expect(line.hasPrefix("Logins "))
        #expect(line.hasSuffix(" \(done)/\(total)"))
    }

    @Test func aNoteStandsBehindTheCount() {
        let line = ProgressBar("Logins", total: 2, isShown: false).line(1, note: "3 removed")
        #expect(line.hasSuffix(" 1/2  3 removed"))
    }
}
