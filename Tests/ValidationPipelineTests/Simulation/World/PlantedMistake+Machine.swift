import LoginContracts

@testable import ValidationPipeline

/// Mistakes that a wrong configuration or a wrong reading of the platform's answers makes.
extension PlantedMistake {
    /// What the machine is configured with instead of what it should.
    func configuration(_ right: PipelineConfiguration) -> PipelineConfiguration {
        var wrong = right
        switch self {
        case .maintenanceKicks: wrong.policy = VerdictPolicy(profile: .literal)
        case .guardIgnored: wrong.guard = .lenient
        case .suspectsDecidedAtOnce:
            wrong.guard.suspectKicks = 200
            wrong.guard.surgeKicks = 200
        case .credentialBudgetIgnored:
            wrong.guard.maximumWrongCredentialCalls = 1_000_000
            wrong.guard.probeInterval = .seconds(1)
        case .breakerNeverOpens: wrong.breaker.failuresToOpen = .max
        case .breakerNeverCloses:
            wrong.breaker.minimumWait = .seconds(100_000)
            wrong.breaker.maximumWait = .seconds(100_000)
        default: break
        }
        return wrong
    }

    /// What the machine is told instead of what the platform said.
    func misread(_ result: AttemptResult) -> AttemptResult {
        guard case .answered(var verdict, let latency) = result else { return result }
        switch self {
        case .outageIsFinal where verdict.status == 503: verdict.status = 400
        case .everyRefusalIsATokenInvalid where verdict.status == 401: verdict.code = -29401
        default: break
        }
        return .answered(verdict, latency: latency)
    }
}
