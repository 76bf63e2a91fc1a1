import LoginContracts

/// What is to happen in a run: who comes, which logins there are, and which faults.
extension SimulatedWorld {
    func plan() {
        for instance in self.instances { self.after(self.random.milliseconds(0...2000)) { self.start(instance) } }
        for _ in 0..<self.scenario.records { self.planLogin() }
        switch self.scenario.theme {
        case .everything:
            // One key of one partition with more records than a delivery brings.
            if self.random.chance(0.2) { for _ in 0..<100 { self.planLogin(key: "busy", partition: 0) } }
            if !self.random.chance(0.1) { self.planFaults(upTo: 6) }
        case .platformTrouble:
            self.planTroubledLogins()
            if self.random.chance(0.5) { self.planFaults(upTo: 2) }
            self.planVisitors()
        case .oneAppTrouble:
            self.planTroubledLogins()
            self.planVisitors()
        }
    }

    // MARK: Logins

    private func planLogin(key: String? = nil, partition: Int? = nil) {
        let spread = Int(self.scenario.calm.milliseconds) / (self.random.chance(0.5) ? 10 : 1)
        self.planLogin(at: self.random.milliseconds(0...spread), key: key, partition: partition)
    }

    /// Many logins while an app has trouble: that is when it matters.
    private func planTroubledLogins() {
        for trouble in self.scenario.outages.apps {
            let start = Int(trouble.time.lowerBound.milliseconds)
            let end = Int(trouble.time.upperBound.milliseconds)
            for _ in 0..<self.random.int(20...200) {
                self.planLogin(at: self.random.milliseconds(start...end), kgAppId: trouble.kgAppId)
            }
        }
    }

    /// Logins go on after the faults have ceased, so that a guard can see that answers are normal again.
    private func planVisitors() {
        for app in SimulationScenario.apps {
            for second in stride(from: 0, to: 600, by: 10) {
                self.planLogin(at: self.scenario.calm + .seconds(second), kgAppId: app.kgAppId)
            }
        }
    }

    private func planLogin(at time: Duration, key: String? = nil, partition: Int? = nil, kgAppId: String? = nil) {
        let apps = SimulationScenario.apps
        let app = apps.first { $0.kgAppId == kgAppId } ?? apps[self.random.int(0...(apps.count - 1))]
        let partition = partition ?? self.random.int(0...(self.scenario.partitions - 1))
        let gap: Int64 = self.random.chance(0.1) ? Int64(self.random.int(1...5000)) : 0
        // Where apps must not wait for one another they have no players in common.
        let isApart = self.scenario.theme == .oneAppTrouble
        let player = "player\(self.random.int(0...(isApart ? 99 : 7)))\(isApart ? app.kgAppId : "")"
        let content = SimulatedLog.Content(
            key: key ?? (self.random.chance(0.8) ? player : nil),
            playerId: player,
            kgAppId: app.kgAppId,
            host: app.host,
            isDefective: self.random.chance(0.1)
        )
        self.at(time) { [unowned self] in self.produce(partition, gap: gap, content) }
    }

    // MARK: Faults

    private func planFaults(upTo count: Int) {
        self.plan(0...count) { $0.crashOne() }
        self.plan(0...(count / 2)) { $0.stopOne() }
        self.plan(0...(count / 2)) { $0.pauseOne() }
        self.plan(0...count) { $0.group.rebalance() }
        self.plan(0...(count / 2)) { $0.expelOne() }
        self.plan(0...1) { $0.addPartition() }
        self.plan(0...2) { $0.shiftClock() }
    }

    private func plan(_ count: ClosedRange<Int>, _ event: @escaping (SimulatedWorld) -> Void) {
        for _ in 0..<self.random.int(count) {
            self.at(self.random.milliseconds(0...Int(self.scenario.calm.milliseconds))) { [unowned self] in
                event(self)
            }
        }
    }

    private var anInstance: SimulatedInstance { self.instances[self.random.int(0...(self.instances.count - 1))] }

    private func crashOne() {
        let instance = self.anInstance
        guard instance.isUp else { return }
        let member = instance.member
        instance.crash()
        if let member { self.leave(member, atOnce: false) }
        self.after(self.random.milliseconds(100...15_000)) { self.start(instance) }
    }

    private func stopOne() {
        let instance = self.anInstance
        guard instance.machine != nil, !instance.isPaused else { return }
        instance.stop()
    }

    /// A process stands still, maybe for longer than the group waits for it; when it goes on it does not know that yet.
    private func pauseOne() {
        let instance = self.anInstance
        guard instance.isUp, !instance.isPaused else { return }
        instance.pause()
        let (life, member) = (instance.life, instance.member)
        let pause = self.random.milliseconds(500...(2 * Int(self.scenario.sessionTimeout.milliseconds)))
        if let member, pause > self.scenario.sessionTimeout { self.leave(member, atOnce: false) }
        self.after(pause) { [self] in
            guard instance.life == life else { return }
            instance.resume()
            if let member { self.tellExpelled(instance, member) }
        }
    }

    /// A member that did not poll for too long loses its partitions without being told until later.
    private func expelOne() {
        let instance = self.anInstance
        guard let member = instance.member, !instance.isPaused else { return }
        self.group.remove(member)
        self.tellExpelled(instance, member)
    }

    private func tellExpelled(_ instance: SimulatedInstance, _ member: Int) {
        let isLate = self.random.chance(0.3)
        instance.after(self.random.milliseconds(isLate ? 1000...10_000 : 10...500)) { [self] in
            guard instance.member == member, !self.group.contains(member) else { return }
            instance.expelled()
        }
    }

    /// The topic grows; the group hears of it when its members look for new metadata.
    private func addPartition() {
        self.broker.log.addPartition()
        let partition = self.broker.log.partitions.count - 1
        for _ in 0..<self.random.int(0...20) {
            let delay = self.random.milliseconds(0...5000)
            self.planLogin(at: self.now + delay, partition: partition)
        }
        self.after(self.random.milliseconds(100...5000)) { self.group.rebalance() }
    }

    private func shiftClock() {
        self.anInstance.wallShift += .seconds(self.random.int(-3600...60))
    }
}
