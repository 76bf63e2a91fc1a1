import DequeModule
package import LoginContracts

extension PipelineStateMachine {
    /// Records of one partition, in ascending order of offset.
    package mutating func received(
        _ logins: [IncomingLogin],
        of partition: SourcePartition,
        epoch: UInt64,
        now: Moment
    ) {
        guard let slot = self.slots[partition], self.partitions[slot]?.ledger.epoch == epoch else { return }
        self.partitions[slot]?.demand -= logins.count
        // A stopping engine begins nothing: what it does not take in is delivered to the next owner.
        guard case .running = self.phase else { return }
        for login in logins { self.take(login, slot: slot, now: now) }
        self.advance(now: now)
        self.grantDemand(slot)
    }

    private mutating func take(_ login: IncomingLogin, slot: PartitionSlot, now: Moment) {
        guard self.partitions[slot]?.ledger.received(login.record.offset) == .process else { return }
        self.heldRecords += 1
        self.heldBytes += login.size
        self.lastFlight += 1
        let id = FlightID(number: self.lastFlight)
        let lane = login.orderingKey.map { LaneKey(partition: slot, key: $0) }
        let recordedThrough = self.partitions[slot]?.recordedThrough
        self.flights[id] = Flight(
            login: login,
            slot: slot,
            lane: lane,
            mayBeRecorded: recordedThrough.map { login.record.offset <= $0 } ?? false
        )
        if lane.map({ self.lanes.enter($0, id) }) ?? true { self.begin(id, now: now) }
    }

    /// The flight is the first of its lane.
    mutating func begin(_ id: FlightID, now: Moment) {
        guard let flight = self.flights[id] else { return }
        if flight.mayBeRecorded {
            self.flights[id]?.state = .lookingUp
            self.pendingLookUps.append((id, flight.login.identity))
        } else {
            self.proceed(id, now: now)
        }
    }

    /// The trail does not know the record: it is decided now, or asked about.
    private mutating func proceed(_ id: FlightID, now: Moment) {
        guard let flight = self.flights[id] else { return }
        switch flight.login.content {
        case .login(let event): self.enqueue(id, event)
        case .defective(let defect, let disposition):
            self.decide(
                id,
                .rejected,
                reason: disposition == .unknownApp ? .unknownApp : .malformed,
                message: defect.description,
                now: now
            )
        }
    }

    /// Sends the look-ups that have gathered.
    mutating func startLookUps() {
        guard !self.pendingLookUps.isEmpty else { return }
        self.actions.append(.lookUp(self.pendingLookUps))
        self.pendingLookUps.removeAll()
    }

    /// The trail answered a look-up, or could not.
    package mutating func lookedUp(
        _ lookUps: [(flight: FlightID, identity: RecordIdentity)],
        found: Result<RecordedDecisions, TrailFailure>,
        now: Moment
    ) {
        switch found {
        case .success(let recorded):
            var deliveredBefore = 0
            for (id, identity) in lookUps {
                guard let flight = self.flights[id], flight.state == .lookingUp else { continue }
                if let decision = recorded.decisions[identity] {
                    self.adopt(decision, for: id, now: now)
                } else if recorded.removed.contains(identity) {
                    // What was published cannot be repeated as it was, and another decision might differ from it.
                    deliveredBefore += 1
                    self.finish(id, CommitCycle.Item(deliveredBefore: flight.login, slot: flight.slot), now: now)
                } else {
                    self.proceed(id, now: now)
                }
            }
            if deliveredBefore > 0 { self.actions.append(.notice(.deliveredBefore(records: deliveredBefore))) }
        case .failure(let failure):
            // Without the trail nothing may be decided: ask again a little later.
            self.actions.append(.notice(.trailFailed(failure)))
            for (id, _) in lookUps where self.flights[id]?.state == .lookingUp {
                self.schedule(id, at: now.monotonic + CommitCycle.maximumWait)
            }
        }
        self.advance(now: now)
    }

    /// A recorded decision is published as it was, without another call to the platform.
    ///
    /// An entry without its player may be an erased player's. Kafka still has the event, and a kick without an address
    /// removes nobody, so then the event says who it is about; nothing of it gets into the trail.
    private mutating func adopt(_ decision: RecordedDecision, for id: FlightID, now: Moment) {
        guard let flight = self.flights[id] else { return }
        var entry = decision.entry
        entry.playerId = entry.playerId ?? flight.login.event?.playerId
        entry.sessionId = entry.sessionId ?? flight.login.event?.sessionId
        let record = DecidedRecord(
            login: flight.login,
            slot: flight.slot,
            entry: entry,
            recorded: (decision.index, decision.isCommitted)
        )
        self.finish(id, CommitCycle.Item(decided: record), now: now)
    }
}
