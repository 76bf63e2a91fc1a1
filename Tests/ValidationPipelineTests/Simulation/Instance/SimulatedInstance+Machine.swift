import LoginContracts

@testable import ValidationPipeline

/// Tells the machine what happens and performs what it asks for, as the service's shell does.
extension SimulatedInstance {
    func tell(_ event: (inout PipelineStateMachine, Moment) -> Void) {
        guard self.machine != nil else { return }
        event(&self.machine!, self.moment)
        self.checkInvariants()
        for action in self.machine!.takeActions() {
            self.perform(action)
            guard self.machine != nil else { return }
        }
        self.scheduleWakeUp()
    }

    private func scheduleWakeUp() {
        guard let deadline = self.machine?.nextDeadline else { return }
        if let wakeUp, wakeUp <= deadline { return }
        self.wakeUp = deadline
        self.after(deadline - self.world.now) { [self] in
            if self.wakeUp == deadline { self.wakeUp = nil }
            self.tell { $0.timePassed(now: $1) }
        }
    }

    private func perform(_ action: PipelineAction) {
        switch action {
        case .demand(let partition, let epoch, let records):
            let number = Int(partition.partition)
            guard epoch == self.epoch, self.consumed[number] != nil else { return }
            self.consumed[number]!.demand += records
            if self.consumed[number]!.demand > CommittedProgress.maximumDemand {
                self.world.auditor.report("instance\(self.number) asks for more than the maximum demand")
            }
            self.scheduleDelivery(number)
        case .attempt(let flight, let event): self.attempt(flight, event)
        case .lookUp(let lookUps): self.begin(.lookUp(lookUps))
        case .record(let entries, let marks, let transitions):
            let marks = self.world.mistake == .marksLost ? [] : marks
            self.begin(.record(SimulatedTrail.Append(entries: entries, marks: marks, transitions: transitions)))
        case .publish(let publication): self.begin(.publish(publication))
        case .releaseRevocation(let epoch):
            guard epoch == self.epoch else { return }
            self.release()
        case .stopped:
            if let machine, machine.hasCycleWork || !machine.cycle.isIdle { self.hasLostMarks = true }
            let member = self.member
            self.end()
            self.world.ended(self, member: member, isGraceful: true)
        case .notice(let notice): self.noticed(notice)
        }
    }

    private func noticed(_ notice: PipelineNotice) {
        self.world.auditor.noticed(notice, by: self.observed)
        guard self.world.mistake == .guardReleasedAtOnce, case .guardChanged(let transition) = notice,
            transition.change == .tripped
        else { return }
        self.after(.milliseconds(10)) { [self] in
            self.tell { _ = $0.releaseGuard(kgAppId: transition.kgAppId, now: $1) }
        }
    }

    private func attempt(_ flight: FlightID, _ event: LoginEvent) {
        guard let login = self.world.logins[event.eventID] else { return }
        var answer = self.world.platform.answer(event, host: login.platformHost)
        let call = ObservedProcess.Call(
            number: self.world.nextToken(),
            login: login,
            event: event,
            start: self.world.now
        )
        self.world.auditor.asked(call, by: self.observed)
        self.after(answer.delay) { [self] in
            // Resumed long after its deadline, a call may find its time-out before its answer.
            if self.world.now - call.start > .seconds(10), self.world.random.chance(0.5) {
                answer.result = .failed(AttemptFailure(kind: "requestTimeout", message: "No answer in time."))
                answer.cause = .trouble
            }
            self.world.auditor.answered(call, answer, by: self.observed)
            let result = self.world.mistake?.misread(answer.result) ?? answer.result
            self.tell { $0.attemptEnded(flight, result, now: $1) }
        }
    }

    /// What must hold in the machine between any two events.
    private func checkInvariants() {
        guard let machine else { return }
        let batch =
            switch machine.cycle.state {
            case .idle: 0
            case .recording(let batch), .publishing(let batch), .waiting(let batch, step: _, until: _):
                batch.items.count
            }
        if machine.heldRecords != machine.flights.count + machine.decided.count + batch || machine.heldBytes < 0 {
            self.world.auditor.report("instance\(self.number) has miscounted the records it holds")
        }
        for host in machine.hosts.values
        where host.limiter.running > machine.configuration.limiter.maximum || host.limiter.running < 0 {
            self.world.auditor.report("instance\(self.number) makes \(host.limiter.running) attempts at once")
        }
        if !machine.pendingLookUps.isEmpty || !machine.firstInLane.isEmpty {
            self.world.auditor.report("instance\(self.number) has forgotten a look-up")
        }
        for assigned in machine.partitions.values
        where assigned.ledger.open.count + assigned.demand > CommittedProgress.maximumOpen {
            self.world.auditor.report("instance\(self.number) asks for more than the window holds")
        }
    }
}
