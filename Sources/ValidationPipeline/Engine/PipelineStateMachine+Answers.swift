import LoginContracts

/// What an attempt's end says: about the platform, about the app, and about the player.
extension PipelineStateMachine {
    /// An attempt ended. Its flight may be gone, when its partition was revoked meanwhile.
    package mutating func attemptEnded(_ id: FlightID, _ result: AttemptResult, now: Moment) {
        guard let attempt = self.running.removeValue(forKey: id), let event = attempt.login.event else {
            preconditionFailure("An attempt ends once.")
        }
        let flight = self.flights[id]
        switch result {
        case .answered(let verdict, let latency):
            let ruling = self.configuration.policy.ruling(for: verdict, of: event)
            let role = attempt.isAfterWatchedAnswers ? attempt.role : attempt.role.withoutProof
            self.account(attempt, verdict, ruling, latency: latency, now: now)
            if ruling.isAlert {
                self.actions.append(.notice(.unexpectedStatus(verdict.status, kgAppId: event.kgAppId)))
            }
            flight?.lastVerdict = verdict
            flight?.lastLatency = latency
            self.judge(id, attempt, role, verdict, ruling, now: now)
        case .failed(let failure):
            self.account(failed: attempt, now: now)
            attempt.app.massKickGuard.failed(attempt.role, now: now.monotonic)
            self.actions.append(.notice(.attemptFailed(failure, attempt: flight?.attempts ?? 1)))
            self.retryOrGiveUp(id, attempt, retryAfter: nil, message: failure.message, now: now)
        }
        self.advance(now: now)
    }

    // MARK: The platform

    private mutating func account(
        _ attempt: RunningAttempt,
        _ verdict: Verdict,
        _ ruling: VerdictPolicy.Ruling,
        latency: Duration,
        now: Moment
    ) {
        let failure = CircuitBreaker.Evidence.failure(retryAfter: verdict.retryAfter)
        let isFinal = ruling.action != .retry
        let isOfHost = !isFinal && ruling.trouble == .host
        attempt.host.limiter.ended(
            isOfHost ? .overloaded : .answered(latency: latency),
            start: attempt.start,
            now: now.monotonic
        )
        let appEvidence = isFinal ? .success : isOfHost ? .none : failure
        self.report(attempt, host: isOfHost ? failure : .success, app: appEvidence, now)
        attempt.releasePlaces()
        // While a key is being replaced, slow 200s come after the first refusals.
        if verdict.status == 200, ruling.action == .pass, attempt.isAfterWatchedAnswers {
            attempt.app.hasProvenCredentials = true
            attempt.host.credentialBudget.forget(attempt.app.kgAppId)
        } else if ruling.isWatched {
            attempt.app.hasProvenCredentials = false
            attempt.app.lastWatched = now.monotonic
            attempt.host.credentialBudget.noteWrong(attempt.app.kgAppId, now: now.monotonic)
        }
    }

    private mutating func account(failed attempt: RunningAttempt, now: Moment) {
        attempt.host.limiter.ended(.overloaded, start: attempt.start, now: now.monotonic)
        self.report(attempt, host: .failure(), app: .none, now)
        attempt.releasePlaces()
    }

    private mutating func report(
        _ attempt: RunningAttempt,
        host hostEvidence: CircuitBreaker.Evidence,
        app appEvidence: CircuitBreaker.Evidence,
        _ now: Moment
    ) {
        let (host, app) = (attempt.host, attempt.app)
        switch host.breaker.ended(attempt.hostTicket, hostEvidence, now: now.monotonic, using: &self.random) {
        case .none: break
        case .opened: self.actions.append(.notice(.hostAvailability(host.name, isAvailable: false)))
        case .closed:
            host.limiter.startAgain()
            // While it was open little was asked for.
            self.hasReleased = true
            self.actions.append(.notice(.hostAvailability(host.name, isAvailable: true)))
        }
        switch app.breaker.ended(attempt.appTicket, appEvidence, now: now.monotonic, using: &self.random) {
        case .none: break
        case .opened: self.actions.append(.notice(.appAvailability(app.kgAppId, isAvailable: false)))
        case .closed: self.actions.append(.notice(.appAvailability(app.kgAppId, isAvailable: true)))
        }
    }

    /// Whether no host that was ever asked answers: then only a few records are taken in, for the probes.
    var isPlatformDown: Bool {
        !self.hosts.isEmpty && self.hosts.values.allSatisfy { !$0.breaker.isClosed }
    }

    // MARK: The player

    private mutating func judge(
        _ id: FlightID,
        _ attempt: RunningAttempt,
        _ role: MassKickGuard.Role,
        _ verdict: Verdict,
        _ ruling: VerdictPolicy.Ruling,
        now: Moment
    ) {
        guard let decision = ruling.action.decision else {
            attempt.app.massKickGuard.failed(attempt.role, now: now.monotonic)
            let message = verdict.message ?? "The platform answered \(verdict.status)."
            self.retryOrGiveUp(id, attempt, retryAfter: verdict.retryAfter, message: message, now: now)
            return
        }
        attempt.app.lastSuccess = now.monotonic
        let answer: MassKickGuard.Answer =
            switch decision {
            case .pass: .pass
            case .kick, .lockout: .kick(isWatched: ruling.isWatched)
            case .rejected, .undetermined, .stale: .neutral
            }
        switch attempt.app.massKickGuard.answered(answer, role, now: now.monotonic) {
        case .decide: self.decide(id, decision, reason: ruling.reason, message: verdict.message, now: now)
        case .withhold:
            let kick = Flight.WithheldKick(
                decision: decision,
                reason: ruling.reason,
                message: verdict.message,
                isWatched: ruling.isWatched
            )
            self.withhold(id, kick, attempt.app, now: now)
        case .hold: self.hold(id)
        case .trip(let trip):
            self.hold(id)
            self.holdWithheld(of: attempt.app)
            self.note(attempt.app, .tripped, trip.cause, now: now)
        case .release(let trip):
            self.hold(id)
            self.note(attempt.app, .released(.answersBackToNormal), trip.cause, now: now)
        }
        self.decideWithheld(of: attempt.app, now: now)
    }

    /// Another attempt after a back-off, or the end of the event's budget.
    private mutating func retryOrGiveUp(
        _ id: FlightID,
        _ attempt: RunningAttempt,
        retryAfter: Duration?,
        message: String,
        now: Moment
    ) {
        guard let flight = self.flights[id] else { return }
        if let success = attempt.app.lastSuccess, success >= flight.waitingSince { flight.individualFailures += 1 }
        flight.waitingSince = now.monotonic
        if flight.individualFailures >= self.configuration.retry.maximumIndividualFailures,
            !attempt.app.massKickGuard.isTripped
        {
            self.decide(id, .undetermined, reason: .platformUnavailable, message: message, now: now)
            return
        }
        let delay = self.configuration.retry.delay(
            afterAttempt: flight.attempts,
            retryAfter: retryAfter,
            using: &self.random
        )
        flight.state = .backingOff
        self.schedule(id, at: now.monotonic + delay)
        self.actions.append(.notice(.willRetry(attempt: flight.attempts, delay: delay)))
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
