import LoginContracts
import ValidationPipeline

/// What the auditor has seen of one process: its calls, what was answered, and what it said.
final class ObservedProcess {
    let name: String
    let trail: SimulatedTrail
    /// As it should be configured.
    let configuration: PipelineConfiguration

    /// By event.
    var answers: [String: [(verdict: Verdict, cause: SimulatedPlatform.Cause)]] = [:]
    /// By event: when its first attempt began, then when each failed one ended.
    var failures: [String: [Duration]] = [:]
    /// By app: when usable answers came.
    var successes: [String: [Duration]] = [:]
    /// Apps whose guard is tripped.
    var tripped: Set<String> = []
    /// What the guard did and the trail does not have yet.
    var unrecordedTransitions: [GuardTransition] = []
    /// Apps whose last answer that told something about their credentials was a 200.
    var proven: Set<String> = []
    /// Calls with wrong credentials that could have been expected to have them, by host.
    var wrongCalls: [String: [(time: Duration, kgAppId: String)]] = [:]
    /// By app: events that were kicked because everybody was.
    var stormKicks: [String: Set<String>] = [:]
    /// By host, and by app.
    var breakers: [String: BreakerWatch] = [:]
    var lastCall = 0
    /// Calls under way of apps that were not proven when they began.
    var unprovenCalls: Set<Int> = []

    struct Call {
        let number: Int
        let login: IncomingLogin
        let event: LoginEvent
        let start: Duration
    }

    init(name: String, trail: SimulatedTrail, configuration: PipelineConfiguration) {
        self.name = name
        self.trail = trail
        self.configuration = configuration
    }
}
