import LoginContracts
import ValidationPipeline

/// The platform's hosts, and what they know of players.
struct SimulatedPlatform {
    unowned let world: SimulatedWorld
    /// Events that fail whenever they are asked about, until faults cease.
    private var poison: Set<String> = []

    /// An answer on its way, and whose doing it is: the auditor knows, the service cannot.
    struct Answer {
        var result: AttemptResult
        var delay: Duration
        var cause: Cause
    }

    enum Cause: Hashable {
        /// What the platform thinks of the player.
        case player
        /// Our key is wrong.
        case wrongKey
        /// Everybody's token is invalid for a time.
        case storm
        /// The platform, its network or the app is in trouble.
        case trouble
    }

    init(world: SimulatedWorld) {
        self.world = world
    }

    mutating func produced(_ eventID: String) {
        if self.world.random.chance(self.world.scenario.rates.poison) { self.poison.insert(eventID) }
    }

    func answer(_ event: LoginEvent, host: String) -> Answer {
        let world = self.world
        // Some players are slow.
        let isSlow = event.playerId?.hasSuffix("7") == true && world.scenario.theme == .everything
        let delay = isSlow ? world.random.milliseconds(2000...7000) : world.random.milliseconds(1...200)
        // When nobody else comes any more, nothing tells a poisoned event from an outage.
        let isPoisoned = self.poison.contains(event.eventID) && !world.isCalm
        if world.scenario.outages.hosts[host]?.contain(world.now) == true || isPoisoned {
            return self.failure(delay, retryAfter: world.random.chance(0.1))
        }
        if world.random.chance(world.faultRates.attemptFails) {
            return self.failure(delay, retryAfter: world.random.chance(0.3))
        }
        let trouble = world.scenario.outages.apps.first {
            $0.kgAppId == event.kgAppId && $0.time.contains(world.now)
        }
        let (verdict, cause): (Verdict, Cause) =
            switch trouble?.kind {
            case .wrongKey: (Verdict(status: 401, code: -1, message: "App is not authorized (401.-1)"), .wrongKey)
            case .storm: (Verdict(status: 401, code: -29401), .storm)
            case .maintenance: (Verdict(status: 473), .trouble)
            case nil: (self.verdict(), .player)
            }
        return Answer(result: .answered(verdict, latency: delay), delay: delay, cause: cause)
    }

    private func failure(_ delay: Duration, retryAfter: Bool) -> Answer {
        let random = self.world.random.int(0...9)
        let wait: Duration? = retryAfter ? .seconds(self.world.random.int(0...20)) : nil
        let failure = AttemptFailure(kind: "requestTimeout", message: "No answer in time.")
        let result: AttemptResult =
            switch random {
            case 0...3: .failed(failure)
            case 4...7: .answered(Verdict(status: 503, retryAfter: wait), latency: delay)
            case 8: .answered(Verdict(status: 429, retryAfter: wait), latency: delay)
            default: .answered(Verdict(status: 200, bodyIsReadable: false), latency: delay)
            }
        return Answer(result: result, delay: delay, cause: .trouble)
    }

    private func verdict() -> Verdict {
        let isRough = self.world.scenario.theme == .everything
        guard isRough || self.world.random.chance(0.06) else { return Verdict(status: 200) }
        return switch self.world.random.int(0...11) {
        case 0...4: isRough ? Verdict(status: 200) : Verdict(status: 401, code: -29401)
        case 5, 6: Verdict(status: 401, code: -29401)
        case 7: Verdict(status: 463, code: -10103, lockout: Lockout(reason: "test"))
        case 8: Verdict(status: 400)
        case 9: Verdict(status: 464)
        case 10: Verdict(status: 200, player: Verdict.Player(playerId: "somebody else"))
        default: Verdict(status: 401, code: -2, message: "Refused (401.-2)")
        }
    }
}
