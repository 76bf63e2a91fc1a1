import ArgumentParser
import Testing

@testable import LoginValidatorCommands
@testable import ValidatorService

@Suite struct GuardCommandTests {
    private func report() -> GuardReport {
        GuardReport(
            instanceId: "test",
            at: "2026-01-31T09:30:00.000Z",
            apps: [
                GuardReport.App(
                    kgAppId: "900100",
                    state: .tripped,
                    cause: "surge",
                    since: "2026-01-31T09:29:00.000Z",
                    advice: "Far more \u{1B}[2Jkicks.",
                    waitingEvents: 40,
                    withheldKicks: 2,
                    surgeScore: 30.5,
                    usualKickShare: 0.02,
                    breaker: .closed
                )
            ],
            hosts: [GuardReport.Host(name: "h:1", breaker: .open, runningAttempts: 0, concurrencyLimit: 8)]
        )
    }

    @Test func tableShowsTheStateTheAdviceAndTheHosts() {
        let table = self.report().table
        let cells = ["900100", "tripped", "surge", "2026-01-31T09:29:00.000Z", "40", "2", "30.5", "2.0 %", "closed"]
        for cell in cells { #expect(table.contains(" \(cell)") || table.contains("\n\(cell)"), "\(cell)") }
        #expect(table.contains("900100: Far more \\u{1b}[2Jkicks.\n"))
        #expect(table.contains("h:1   open           0      8\n"))
        #expect(!table.contains("\u{1B}"))
    }

    @Test func serviceWithoutEventsSaysSo() {
        var report = self.report()
        report.apps = []
        report.hosts = []
        #expect(report.table == "No app has had an event yet.\n")
    }

    @Test(arguments: [["--app", "900100"], ["--all"], ["--app", "1", "--format", "json", "--ops", "127.0.0.1:1"]])
    func releaseNamesAnAppOrAll(arguments: [String]) throws {
        #expect(throws: Never.self) { try GuardReleaseCommand.parse(arguments) }
    }

    @Test(arguments: [
        [], ["--app", "900100", "--all"], ["--app", ""], ["--app", "a"], ["--app", "１"], ["900100"],
        ["--app", String(repeating: "9", count: 33)], ["--all", "--format", "csv"],
    ])
    func releaseOfAnythingElseIsAUsageError(arguments: [String]) {
        #expect(throws: (any Error).self) { try GuardReleaseCommand.parse(arguments) }
    }

    @Test(arguments: [
        (["--ops", "nowhere"], "--ops must be"), (["--ops", "h:0"], "port 0"),
        (["--ops-listen", "off"], "OPS_LISTEN is off"),
        (["--ops-listen", "127.0.0.1:0"], "OPS_LISTEN has port 0"),
    ])
    func addressThatCannotBeAskedIsAUsageFailure(arguments: [String], message: String) throws {
        let options = try OperationsOptions.parse(arguments)
        let failure = #expect(throws: CommandFailure.self) { try options.client() }
        #expect(failure?.status == .usage)
        #expect(failure?.message.contains(message) == true)
    }
}
