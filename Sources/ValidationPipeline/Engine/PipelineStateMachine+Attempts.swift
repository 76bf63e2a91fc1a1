import DequeModule
import LoginContracts

/// Which flight asks the platform next, and when.
extension PipelineStateMachine {
    /// The flight waits in its app's queue for an attempt.
    mutating func enqueue(_ id: FlightID, _ event: LoginEvent) {
        guard let flight = self.flights[id] else { return }
        let app = self.app(of: flight.login, event)
        flight.app = app
        flight.state = .ready
        app.waiting.append(id)
    }

    private mutating func app(of login: IncomingLogin, _ event: LoginEvent) -> AppTraffic {
        let app = self.apps[event.kgAppId] ?? self.makeApp(event.kgAppId, host: self.host(login.platformHost))
        // Its base URL was changed.
        if app.host.name != login.platformHost { app.host = self.host(login.platformHost) }
        return app
    }

    private mutating func makeApp(_ kgAppId: String, host: HostTraffic) -> AppTraffic {
        let app = AppTraffic(kgAppId: kgAppId, host: host, configuration: self.configuration)
        self.apps[kgAppId] = app
        self.appTurns.append(app)
        return app
    }

    private mutating func host(_ name: String) -> HostTraffic {
        if let host = self.hosts[name] { return host }
        let host = HostTraffic(name: name, configuration: self.configuration)
        self.hosts[name] = host
        return host
    }

    /// Starts attempts while something allows them: one of each app in turn, so that a busy app does not starve another.
    mutating func startAttempts(now: Moment) {
        guard case .running = self.phase else { return }
        var isProgressing = true
        while isProgressing {
            isProgressing = false
            for app in self.appTurns {
                // An answer that is decided at once can begin further flights, which join the queues meanwhile.
                guard !app.waiting.isEmpty, app.permission.isGranted(at: now.monotonic) else { continue }
                self.startAttempt(of: app, now: now)
                isProgressing = true
            }
        }
        if self.appTurns.count > 1 { self.appTurns.append(self.appTurns.removeFirst()) }
    }

    private mutating func startAttempt(of app: AppTraffic, now: Moment) {
        guard let id = app.waiting.popFirst(), let flight = self.flights[id], let event = flight.login.event else {
            return
        }
        // Nothing of a held app is decided; as a probe an old event is as good as any.
        if !app.massKickGuard.isTripped, self.isTooOld(flight.login, now: now) {
            self.decide(id, .stale, reason: .tooOld, message: "The event was too old to be validated.", now: now)
            return
        }
        if flight.attempts == 0 { flight.waitingSince = now.monotonic }
        flight.state = .attempting
        flight.attempts += 1
        let host = app.host
        host.limiter.began()
        host.rate?.began(now: now.monotonic)
        let isReserved = !app.hasProvenCredentials
        if isReserved { host.credentialBudget.reserve(now: now.monotonic) }
        app.attempts += 1
        self.running[id] = RunningAttempt(
            login: flight.login,
            app: app,
            host: host,
            start: now.monotonic,
            role: app.massKickGuard.began(flight.withheldKick == nil ? .regular : .confirmation(isProven: !isReserved)),
            hostTicket: host.breaker.began(),
            appTicket: app.breaker.began(),
            isReserved: isReserved
        )
        self.actions.append(.attempt(id, event))
    }

    private func isTooOld(_ login: IncomingLogin, now: Moment) -> Bool {
        guard let limit = self.configuration.maximumAge, let timestamp = login.record.timestamp else { return false }
        return now.wall.duration(since: timestamp) > limit
    }

    /// When a flight that waits may be tried; `nil` when none waits, or when an event has to come first.
    var nextAttemptDue: Duration? {
        guard case .running = self.phase else { return nil }
        var earliest: Duration?
        for app in self.appTurns where !app.waiting.isEmpty {
            guard case .at(let time) = app.permission else { continue }
            earliest = earliest.map { min($0, time) } ?? time
        }
        return earliest
    }

    /// A wait of the retry schedule is over: for the next attempt, or for another look into the trail.
    mutating func backOffEnded(_ id: FlightID, now: Moment) {
        // A flight that went on for another reason left its entry behind.
        guard let flight = self.flights[id], flight.due <= now.monotonic else { return }
        switch flight.state {
        case .backingOff:
            if let event = flight.login.event { self.enqueue(id, event) }
        case .withheld:
            flight.app?.withheld.removeAll { $0 == id }
            if let event = flight.login.event { self.enqueue(id, event) }
        case .lookingUp:
            self.pendingLookUps.append((id, flight.login.identity))
        case .waitingInLane, .ready, .attempting: break
        }
    }

    /// Lets the flight go on at that time.
    mutating func schedule(_ id: FlightID, at due: Duration) {
        self.flights[id]?.due = due
        self.retries.add(id, due: due)
    }
}
