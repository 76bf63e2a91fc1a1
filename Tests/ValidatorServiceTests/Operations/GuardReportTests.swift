import Foundation
import LoginContracts
import Testing

@testable import ValidationPipeline
@testable import ValidatorService

@Suite struct GuardReportTests {
    private static let now = Moment(monotonic: .seconds(1000), wall: Timestamp(1_000_000_000))

    private func report(
        _ state: MassKickGuard.State,
        breaker: CircuitBreaker.State = .closed(failures: 0)
    ) -> GuardReport {
        var gauges = PipelineGauges(
            assignedPartitions: 1,
            heldRecords: 1,
            runningAttempts: 1,
            waitingRetries: 0,
            undeliveredDecisions: 0,
            isHeld: false
        )
        gauges.apps = [
            .init(
                kgAppId: "900100",
                waitingEvents: 7,
                withheldKicks: 3,
                breaker: breaker,
                massKickGuard: state,
                surgeScore: 30.123,
                usualKickShare: 0.019_96
            )
        ]
        gauges.hosts = [.init(name: "h:1", runningAttempts: 2, concurrencyLimit: 8, breaker: breaker)]
        return GuardReport(gauges, instanceID: "test", now: Self.now)
    }

    @Test func trippedGuardSaysWhySinceWhenAndWhatToDo() throws {
        let trip = MassKickGuard.Trip(cause: .wrongCredentials, since: .seconds(990), nextProbe: .seconds(1010))
        let app = try #require(self.report(.tripped(trip)).apps.first)
        #expect(app.state == .tripped && app.cause == "wrongCredentials" && app.goodProbes == 0)
        #expect(app.since == "\(Timestamp(999_990_000))")
        #expect(app.advice?.contains("SIGHUP") == true)
        #expect(app.waitingEvents == 7 && app.withheldKicks == 3)
        #expect(app.surgeScore == 30.12 && app.usualKickShare == 0.02)
    }

    @Test func acceptanceThatIsOverIsWatching() {
        let accepting = self.report(.accepting(until: .seconds(1060))).apps.first
        #expect(accepting?.state == .accepting && accepting?.acceptsUntil == "\(Timestamp(1_000_060_000))")
        let over = self.report(.accepting(until: .seconds(1000))).apps.first
        #expect(over?.state == .watching && over?.acceptsUntil == nil)
    }

    @Test func breakersAreShownByTheirState() {
        let open = self.report(.watching, breaker: .open(until: .seconds(1001), wait: .seconds(1)))
        #expect(open.apps.first?.breaker == .open && open.hosts.first?.breaker == .open)
        let probing = self.report(
            .watching,
            breaker: .halfOpen(successes: 0, wait: .seconds(1), isProbing: true)
        )
        #expect(probing.hosts.first?.breaker == .halfOpen)
        #expect(open.hosts.first?.concurrencyLimit == 8 && open.hosts.first?.runningAttempts == 2)
    }

    // MARK: Readiness

    private let readiness = ReadinessState()

    private func check(_ name: String) -> ReadinessState.Check? {
        self.readiness.report.checks.first { $0.name == name }
    }

    private func report(hosts: [(String, GuardReport.Breaker)], apps: [GuardReport.App] = []) -> GuardReport {
        GuardReport(
            instanceId: "test",
            at: "",
            apps: apps,
            hosts: hosts.map { .init(name: $0.0, breaker: $0.1, runningAttempts: 0, concurrencyLimit: 1) }
        )
    }

    @Test func serviceIsNotReadyWhileNoHostAnswers() {
        self.readiness.show(self.report(hosts: []))
        #expect(self.check("platform")?.isReady == true)
        self.readiness.show(self.report(hosts: [("a:1", .open), ("b:1", .closed)]))
        #expect(self.check("platform")?.isReady == true)
        #expect(self.check("platform")?.message.contains("a:1 does not answer") == true)
        self.readiness.show(self.report(hosts: [("a:1", .open), ("b:1", .halfOpen)]))
        #expect(self.check("platform")?.isReady == false)
        #expect(self.check("platform")?.message.contains("a:1, b:1 does not answer") == true)
        self.readiness.show(self.report(hosts: [("a:1", .closed), ("b:1", .closed)]))
        #expect(self.check("platform") == .init(name: "platform", isReady: true, message: ""))
    }

    @Test func serviceIsNotReadyWhileEveryAppIsInMaintenance() {
        var app = FakeGuards.app("900100", .watching)
        app.breaker = .open
        self.readiness.show(self.report(hosts: [("a:1", .closed)], apps: [app]))
        #expect(self.check("platform")?.isReady == false)
        #expect(self.check("platform")?.message.contains("900100 cannot be validated") == true)
        self.readiness.show(self.report(hosts: [("a:1", .closed)], apps: [app, FakeGuards.app("2", .watching)]))
        #expect(self.check("platform")?.isReady == true)
    }

    @Test func serviceIsNotReadyWhileAGuardIsTripped() {
        self.readiness.show(self.report(hosts: [], apps: [FakeGuards.app("900100", .tripped)]))
        #expect(self.check("guard")?.isReady == false)
        #expect(
            self.check("guard")?.message
                == "900100 is held since 2026-01-31T09:29:00.000Z. Far more kicks than usual."
        )
        let many = (0..<2000).map { FakeGuards.app("\($0)", .tripped) }
        self.readiness.show(self.report(hosts: [], apps: many))
        #expect(self.check("guard")?.message.contains("and 1990 more are held") == true)
        self.readiness.show(self.report(hosts: [], apps: [FakeGuards.app("900100", .accepting)]))
        #expect(self.check("guard") == .init(name: "guard", isReady: true, message: ""))
    }
}
