import Synchronization

@testable import ValidatorService

/// Guards that a test tells what to be, and that remember what they were asked to release.
final class FakeGuards: GuardOperations {
    private let state = Mutex<(report: GuardReport?, releases: [String?])>((nil, []))

    init(tripped: [String] = ["900100"], watching: [String] = ["900200"]) {
        let apps = tripped.map { Self.app($0, .tripped) } + watching.map { Self.app($0, .watching) }
        self.report = GuardReport(
            instanceId: "test",
            at: "2026-01-31T09:30:00.000Z",
            apps: apps,
            hosts: [.init(name: "platform.example:10443", breaker: .closed, runningAttempts: 1, concurrencyLimit: 8)]
        )
    }

    var report: GuardReport? {
        get { self.state.withLock { $0.report } }
        set { self.state.withLock { $0.report = newValue } }
    }

    /// What was released, `nil` for all.
    var releases: [String?] { self.state.withLock { $0.releases } }

    func guardReport() async -> GuardReport? { self.report }

    func releaseGuards(kgAppId: String?) async -> [String]? {
        self.state.withLock { state in
            state.releases.append(kgAppId)
            let tripped = state.report?.apps.filter { $0.state == .tripped }.map(\.kgAppId)
            return tripped?.filter { kgAppId == nil || $0 == kgAppId }
        }
    }

    static func app(_ kgAppId: String, _ state: GuardReport.App.State) -> GuardReport.App {
        var app = GuardReport.App(
            kgAppId: kgAppId,
            state: state,
            waitingEvents: 0,
            withheldKicks: 0,
            surgeScore: 0,
            usualKickShare: 0.02,
            breaker: .closed
        )
        if state == .tripped {
            app.cause = "surge"
            app.since = "2026-01-31T09:29:00.000Z"
            app.advice = "Far more kicks than usual."
            app.waitingEvents = 40
        }
        return app
    }
}
