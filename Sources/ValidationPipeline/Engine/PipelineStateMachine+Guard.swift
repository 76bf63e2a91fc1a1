import LoginContracts

/// Kicks that are not final, apps that are held, and what operators do about them.
extension PipelineStateMachine {
    /// The kick waits until its app turns out to be healthy, or the platform is asked about the player again.
    mutating func withhold(_ id: FlightID, _ kick: Flight.WithheldKick, _ app: AppTraffic, now: Moment) {
        guard let flight = self.flights[id] else { return }
        flight.state = .withheld
        flight.withheldKick = kick
        app.withheld.append(id)
        self.schedule(id, at: now.monotonic + self.configuration.guard.suspicionPeriod)
    }

    /// The event waits in its app's queue, as if it had not been asked about.
    mutating func hold(_ id: FlightID) {
        guard let flight = self.flights[id], let event = flight.login.event else { return }
        flight.withheldKick = nil
        self.enqueue(id, event)
    }

    mutating func holdWithheld(of app: AppTraffic) {
        let withheld = app.withheld
        app.withheld = []
        for id in withheld { self.hold(id) }
    }

    /// Makes withheld kicks final once the app looks healthy.
    ///
    /// Those that pointed at the credentials are asked about again: that these are good now does not tell whether they
    /// were then, as when a key was wrong for a moment only.
    mutating func decideWithheld(of app: AppTraffic, now: Moment) {
        guard !app.withheld.isEmpty, app.massKickGuard.isHealthy else { return }
        let withheld = app.withheld
        app.withheld = []
        for id in withheld {
            guard let flight = self.flights[id], let kick = flight.withheldKick else { continue }
            if kick.isWatched, let event = flight.login.event {
                self.enqueue(id, event)
                continue
            }
            self.decide(id, kick.decision, reason: kick.reason, message: kick.message, now: now)
        }
    }

    mutating func note(_ app: AppTraffic, _ change: GuardTransition.Change, _ cause: MassKickGuard.Cause, now: Moment) {
        let transition = GuardTransition(
            kgAppId: app.kgAppId,
            change: change,
            cause: cause,
            at: now.wall,
            waitingEvents: app.waiting.count,
            usualKickShare: app.massKickGuard.usualKickShare
        )
        self.transitions.append(transition)
        self.actions.append(.notice(.guardChanged(transition)))
    }

    /// An operator releases the guard of an app, or of all, and accepts the kicks.
    ///
    /// - Returns: the apps whose guard was tripped.
    package mutating func releaseGuard(kgAppId: String?, now: Moment) -> [String] {
        var released: [String] = []
        for app in self.apps.values.sorted(by: { $0.kgAppId < $1.kgAppId }) {
            guard kgAppId == nil || app.kgAppId == kgAppId, let trip = app.massKickGuard.release(now: now.monotonic)
            else { continue }
            self.note(app, .released(.byOperator), trip.cause, now: now)
            released.append(app.kgAppId)
        }
        self.advance(now: now)
        return released
    }

    /// The credentials were read again: what was held against the old ones is void.
    package mutating func credentialsReplaced(now: Moment) {
        for app in self.apps.values.sorted(by: { $0.kgAppId < $1.kgAppId }) {
            app.hasProvenCredentials = false
            guard let trip = app.massKickGuard.credentialsReplaced(now: now.monotonic) else { continue }
            self.note(app, .released(.credentialsReplaced), trip.cause, now: now)
        }
        self.advance(now: now)
    }
}
