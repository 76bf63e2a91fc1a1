import LoginContracts
import ValidationPipeline

extension GuardReport {
    /// - Parameter now: the time at which the gauges were read, by the engine's clock.
    init(_ gauges: PipelineGauges, instanceID: String, now: Moment) {
        self.init(
            instanceId: instanceID,
            at: "\(now.wall)",
            apps: gauges.apps.map { App($0, now: now) },
            hosts: gauges.hosts.map {
                Host(
                    name: $0.name,
                    breaker: Breaker($0.breaker),
                    runningAttempts: $0.runningAttempts,
                    concurrencyLimit: $0.concurrencyLimit
                )
            }
        )
    }
}

extension GuardReport.App {
    init(_ app: PipelineGauges.App, now: Moment) {
        self.init(
            kgAppId: app.kgAppId,
            state: .watching,
            waitingEvents: app.waitingEvents,
            withheldKicks: app.withheldKicks,
            surgeScore: app.surgeScore.rounded(toPlaces: 2),
            usualKickShare: app.usualKickShare.rounded(toPlaces: 4),
            breaker: GuardReport.Breaker(app.breaker)
        )
        switch app.massKickGuard {
        case .watching: break
        case .tripped(let trip):
            self.state = .tripped
            self.cause = trip.cause.rawValue
            self.since = "\(now.wall(at: trip.since))"
            self.advice = trip.cause.advice
            self.goodProbes = trip.goodProbes
        case .accepting(let until):
            // The guard itself notices the end only with the next answer.
            guard now.monotonic < until else { break }
            self.state = .accepting
            self.acceptsUntil = "\(now.wall(at: until))"
        }
    }
}

extension GuardReport.Breaker {
    init(_ state: CircuitBreaker.State) {
        switch state {
        case .closed: self = .closed
        case .open: self = .open
        case .halfOpen: self = .halfOpen
        }
    }
}

extension Moment {
    /// What the wall clock shows, or showed, at another time of the engine's clock.
    fileprivate func wall(at time: Duration) -> Timestamp {
        self.wall.advanced(by: time - self.monotonic)
    }
}

extension Double {
    fileprivate func rounded(toPlaces places: Int) -> Double {
        let scale = (0..<places).reduce(1.0) { scale, _ in scale * 10 }
        return (self * scale).rounded() / scale
    }
}
