import Testing
import ValidationPipeline

@testable import ValidatorService

@Suite struct GuardSettingsTests {
    @Test func kicksAreWithheldBeforeTheGuardTrips() throws {
        let error = try ServiceConfiguration.failing(
            environment: ["GUARD_SUSPECT_KICKS": "21", "GUARD_SURGE_KICKS": "20"]
        )
        #expect(error.problems.map(\.key) == ["GUARD_SUSPECT_KICKS"])
        #expect(error.problems.first?.rule.contains("GUARD_SURGE_KICKS, which is 20") == true)
    }

    @Test func theGuardMustBeAbleToTripWithinTheCallsOfAMinute() throws {
        let error = try ServiceConfiguration.failing(
            environment: ["GUARD_WRONG_CREDENTIAL_ANSWERS": "4", "GUARD_WRONG_CREDENTIAL_CALLS": "3"]
        )
        #expect(error.problems.map(\.key) == ["GUARD_WRONG_CREDENTIAL_ANSWERS"])
        #expect(error.problems.first?.rule.contains("GUARD_WRONG_CREDENTIAL_CALLS, which is 3") == true)
    }

    @Test(arguments: [
        // 5 answers and 4 probes are the nine that are allowed.
        (["GUARD_PROBE_INTERVAL": "15s"], false),
        (["GUARD_PROBE_INTERVAL": "14s"], true),
        (["GUARD_WRONG_CREDENTIAL_ANSWERS": "6"], false),
        (["GUARD_WRONG_CREDENTIAL_ANSWERS": "7"], true),
        (["GUARD_WRONG_CREDENTIAL_CALLS": "7"], true),
        (["GUARD_WRONG_CREDENTIAL_CALLS": "7", "GUARD_WRONG_CREDENTIAL_ANSWERS": "4"], false),
    ])
    func probesThatCouldReachTheTenthCallAreAWarning(environment: [String: String], isWarning: Bool) throws {
        let warnings = try ServiceConfiguration.loading(environment: environment).warnings
        #expect(warnings.contains { $0.contains("platform blocks an address at the tenth") } == isWarning)
        #expect(warnings.count == (isWarning ? 1 : 0))
    }

    @Test func theEngineIsToldWhatIsConfigured() throws {
        let configuration = PipelineConfiguration(
            try ServiceConfiguration.loading(environment: [
                "GUARD_SUSPECT_KICKS": "3", "GUARD_SURGE_KICKS": "4", "GUARD_WRONG_CREDENTIAL_ANSWERS": "2",
                "GUARD_WRONG_CREDENTIAL_CALLS": "6", "GUARD_PROBE_INTERVAL": "500ms", "GUARD_ACCEPTANCE_PERIOD": "1h",
                "PLATFORM_MAXIMUM_CALLS_PER_SECOND": "50", "PLATFORM_MAXIMUM_CONNECTIONS": "7",
            ])
        )
        #expect(configuration.guard.suspectKicks == 3 && configuration.guard.surgeKicks == 4)
        #expect(configuration.guard.wrongCredentialAnswers == 2)
        #expect(configuration.guard.maximumWrongCredentialCalls == 6)
        #expect(configuration.guard.probeInterval == .milliseconds(500))
        // A quick probe is never the slower one.
        #expect(configuration.guard.quickProbeInterval == .milliseconds(500))
        #expect(configuration.guard.acceptancePeriod == .seconds(3600))
        #expect(configuration.maximumCallsPerSecond == 50)
        #expect(configuration.limiter.maximum == 7)
    }

    @Test func anEndpointThatIsOpenSaysWhatBecomesOfReleases() throws {
        let open = try ServiceConfiguration.loading(environment: ["OPS_LISTEN": "0.0.0.0:9464"])
        #expect(open.warnings.count == 1)
        #expect(open.warnings.first?.contains("refused until OPS_TOKEN is set") == true)
        let withToken = try ServiceConfiguration.loading(
            environment: ["OPS_LISTEN": "0.0.0.0:9464", "OPS_TOKEN": "fake-operator-token"]
        )
        #expect(withToken.warnings.count == 1)
        #expect(withToken.warnings.first?.contains("in the open") == true)
        #expect(withToken.warnings.first?.contains("fake-operator-token") == false)
    }
}
