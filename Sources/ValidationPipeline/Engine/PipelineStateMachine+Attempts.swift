import DequeModule
import LoginContracts

extension PipelineStateMachine {
    /// Starts attempts while places are free.
    mutating func startAttempts(now: Moment) {
        guard case .running = self.phase else { return }
        while self.runningAttempts < self.configuration.maximumConcurrentAttempts, let id = self.ready.popFirst() {
            guard let flight = self.flights[id], let event = flight.login.event else { continue }
            if self.isTooOld(flight.login, now: now) {
                self.decide(id, .stale, reason: .tooOld, message: "The event was too old to be validated.", now: now)
                continue
            }
            self.flights[id]?.state = .attempting
            self.flights[id]?.attempts += 1
            if flight.attempts == 0 { self.flights[id]?.waitingSince = now.monotonic }
            self.runningAttempts += 1
            self.actions.append(.attempt(id, event))
        }
    }

    private func isTooOld(_ login: IncomingLogin, now: Moment) -> Bool {
        guard let limit = self.configuration.maximumAge, let timestamp = login.record.timestamp else { return false }
        return now.wall.duration(since: timestamp) > limit
    }

    /// An attempt ended. Its flight may be gone, when its partition was revoked meanwhile.
    package mutating func attemptEnded(_ id: FlightID, _ result: AttemptResult, now: Moment) {
        self.runningAttempts -= 1
        if let flight = self.flights[id], let event = flight.login.event, flight.state == .attempting {
            switch result {
            case .answered(let verdict, let latency):
                self.flights[id]?.lastVerdict = verdict
                self.flights[id]?.lastLatency = latency
                self.judge(id, verdict, of: event, now: now)
            case .failed(let failure):
                self.actions.append(.notice(.attemptFailed(failure, attempt: flight.attempts)))
                self.retryOrGiveUp(id, retryAfter: nil, message: failure.message, now: now)
            }
        }
        self.advance(now: now)
    }

    private mutating func judge(_ id: FlightID, _ verdict: Verdict, of event: LoginEvent, now: Moment) {
        let ruling = self.configuration.policy.ruling(for: verdict, of: event)
        if ruling.isAlert {
            self.actions.append(.notice(.unexpectedStatus(verdict.status, kgAppId: event.kgAppId)))
        }
        guard let decision = ruling.action.decision else {
            let message = verdict.message ?? "The platform answered \(verdict.status)."
            self.retryOrGiveUp(id, retryAfter: verdict.retryAfter, message: message, now: now)
            return
        }
        self.lastSuccess[event.kgAppId] = now.monotonic
        self.decide(id, decision, reason: ruling.reason, message: verdict.message, now: now)
    }

    /// Another attempt after a back-off, or the end of the event's budget.
    private mutating func retryOrGiveUp(_ id: FlightID, retryAfter: Duration?, message: String, now: Moment) {
        guard let flight = self.flights[id] else { return }
        if let app = flight.login.event?.kgAppId, let success = self.lastSuccess[app], success >= flight.waitingSince {
            flight.individualFailures += 1
        }
        flight.waitingSince = now.monotonic
        if flight.individualFailures >= self.configuration.retry.maximumIndividualFailures {
            self.decide(id, .undetermined, reason: .platformUnavailable, message: message, now: now)
            return
        }
        let delay = self.configuration.retry.delay(
            afterAttempt: flight.attempts,
            retryAfter: retryAfter,
            using: &self.random
        )
        self.flights[id]?.state = .backingOff
        self.retries.add(id, due: now.monotonic + delay)
        self.actions.append(.notice(.willRetry(attempt: flight.attempts, delay: delay)))
    }

    /// A wait of the retry schedule is over: for the next attempt, or for another look into the trail.
    mutating func backOffEnded(_ id: FlightID) {
        guard let flight = self.flights[id] else { return }
        switch flight.state {
        case .backingOff:
            self.flights[id]?.state = .ready
            self.ready.append(id)
        case .lookingUp:
            self.pendingLookUps.append((id, flight.login.identity))
        case .waitingInLane, .ready, .attempting:
            preconditionFailure("A flight waits for the time only between two steps: \(flight.state)")
        }
    }
}

extension VerdictPolicy.Action {
    /// The decision of a final ruling; `nil` when the platform is asked again.
    fileprivate var decision: Decision? {
        switch self {
        case .pass: .pass
        case .kick: .kick
        case .lockout: .lockout
        case .reject: .rejected
        case .retry: nil
        }
    }
}
