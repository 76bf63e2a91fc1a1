import LoginContracts
import ValidationPipeline

/// Judges a run by what can be seen from outside: what was produced, asked and answered, recorded, published, committed
/// and logged, and in which order.
///
/// It knows the rules of the contract and nothing of the engine.
final class SimulationAuditor {
    let isExactlyOnce: Bool
    let theme: SimulationScenario.Theme
    private(set) var violations: [String] = []
    /// When what is judged happens.
    var now: Duration = .zero
    /// Events as they were produced: when, and what.
    var produced: [String: (login: IncomingLogin, at: Duration)] = [:]
    /// Records that a reader of committed records has read, in their order.
    var published: [Published] = []
    var publishedSources: Set<String> = []
    var orderedSources: Set<String> = []
    var lastPublishedOffset: [String: Int64] = [:]
    /// Events of publications whose end nobody could be told any more.
    var unknowable: Set<String> = []
    /// Which trail's commit completed which record, by partition and offset.
    var completed: [Int: [Int64: SimulatedTrail]] = [:]

    struct Published {
        var trail: SimulatedTrail
        var index: Int64
        var eventID: String
    }

    /// Kicks of a storm that one process may publish: what the contract calls the first 50.
    static let maximumStormKicks = 49
    /// Calls a minute with wrong credentials, of apps that were not proven: ten get the address blocked.
    static let maximumWrongCalls = 9
    /// How long an app may take for an event while only another app has trouble. It may have to wait a minute for a place
    /// among the calls that can turn out to have wrong credentials.
    static let maximumDelayByOthers = Duration.seconds(120)

    init(scenario: SimulationScenario) {
        self.isExactlyOnce = scenario.isExactlyOnce
        self.theme = scenario.theme
    }

    func report(_ violation: String) {
        if self.violations.count < 10 { self.violations.append("\(violation), at \(self.now)") }
    }

    var completeCount: Int { self.completed.values.reduce(0) { $0 + $1.count } }

    static func eventID(_ login: IncomingLogin) -> String {
        Logins.eventID(login.record.partition, login.record.offset)
    }
}
