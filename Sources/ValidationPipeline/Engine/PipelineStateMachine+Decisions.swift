import DequeModule
import LoginContracts

extension PipelineStateMachine {
    /// The flight ends with a decision of ours.
    mutating func decide(
        _ id: FlightID,
        _ decision: Decision,
        reason: DecisionReason?,
        message: String?,
        now: Moment
    ) {
        guard let flight = self.flights[id] else { return }
        let entry = self.entry(for: flight, decision, reason: reason, message: message, now: now)
        let redirect = self.configuration.publishesRedirects ? flight.lastVerdict?.redirect : nil
        let record = DecidedRecord(login: flight.login, slot: flight.slot, entry: entry, redirect: redirect)
        self.actions.append(.notice(.decided(record)))
        self.finish(id, CommitCycle.Item(decided: record), now: now)
    }

    /// The flight leaves its lane, and what there is to commit of it waits for the cycle.
    mutating func finish(_ id: FlightID, _ item: CommitCycle.Item, now: Moment) {
        guard let flight = self.flights.removeValue(forKey: id) else { return }
        self.decided.append(item)
        if let lane = flight.lane, let next = self.lanes.leave(lane) { self.firstInLane.append(next) }
        guard !self.isBeginning else { return }
        self.isBeginning = true
        while let next = self.firstInLane.popFirst() { self.begin(next, now: now) }
        self.isBeginning = false
    }

    private func entry(
        for flight: Flight,
        _ decision: Decision,
        reason: DecisionReason?,
        message: String?,
        now: Moment
    ) -> ValidationEntry {
        let login = flight.login
        let event = login.event
        let verdict = flight.lastVerdict
        return ValidationEntry(
            identity: login.identity,
            recordedAt: now.wall,
            eventID: event?.eventID ?? LoginEvent.derivedID(of: login.record),
            occurredAt: event?.occurredAt ?? LoginEvent.derivedTime(of: login.record),
            kgAppId: event?.kgAppId,
            playerId: event?.playerId ?? verdict?.player?.playerId,
            sessionId: event?.sessionId,
            platform: event?.platform,
            overriddenPlatform: event?.overriddenPlatform,
            tokenFingerprint: login.tokenFingerprint,
            decision: decision,
            reason: reason,
            httpStatus: verdict?.status,
            apiCode: verdict?.code,
            message: message,
            playerStatus: verdict?.player?.status,
            lockout: verdict?.lockout,
            attempts: flight.attempts,
            platformLatency: flight.lastLatency,
            traceID: event?.trace?.traceID,
            instanceID: self.configuration.instanceID,
            policyVersion: self.configuration.policyVersion
        )
    }
}
