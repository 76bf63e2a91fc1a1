import ArgumentParser
import Testing
import ValidatorService

@testable import LoginValidatorCommands

@Suite struct CommandFailureTests {
    @Test func theStatusesAreTheContracts() {
        #expect(CommandFailure.Status.failed.rawValue == 1)
        #expect(CommandFailure.Status.usage.rawValue == 2)
        #expect("\(CommandFailure(.failed, "The trail has no such entry."))" == "The trail has no such entry.")
    }

    // Each runs in a process of its own, which needs a compiler of 6.2 or later.
    #if compiler(>=6.2)
    private struct Unexpected: Error {}

    @Test func aFailureEndsWithOneOrTwo() async {
        await #expect(processExitsWith: .exitCode(1)) { CommandFailure.exit(with: CommandFailure(.failed, "x")) }
        await #expect(processExitsWith: .exitCode(2)) { CommandFailure.exit(with: CommandFailure(.usage, "x")) }
    }

    @Test func aBrokenConfigurationEndsWithTwo() async {
        await #expect(processExitsWith: .exitCode(2)) {
            CommandFailure.exit(with: ConfigurationError(problems: [.init("POLICY", "is wrong.")]))
        }
    }

    @Test func aVerdictEndsWithItsOwnStatus() async {
        await #expect(processExitsWith: .exitCode(10)) { CommandFailure.exit(with: ExitCode(10)) }
    }

    @Test func wrongArgumentsEndWithTwoAndHelpWithZero() async {
        await #expect(processExitsWith: .exitCode(2)) {
            CommandFailure.exit(with: ValidationError("--limit must be from 1 to 10000."))
        }
        await #expect(processExitsWith: .exitCode(0)) { CommandFailure.exit(with: CleanExit.helpRequest()) }
    }

    @Test func anythingElseEndsWithOne() async {
        await #expect(processExitsWith: .exitCode(1)) { CommandFailure.exit(with: Unexpected()) }
    }

    @Test func aMessageForgesNoTerminalSequence() async throws {
        let result = await #expect(processExitsWith: .exitCode(1), observing: [\.standardErrorContent]) {
            CommandFailure.exit(with: CommandFailure(.failed, "first\nsecond \u{1B}[2J"))
        }
        let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
        #expect(text == "login-validator: first\nsecond \\u{1b}[2J\n")
    }
    #endif
}
