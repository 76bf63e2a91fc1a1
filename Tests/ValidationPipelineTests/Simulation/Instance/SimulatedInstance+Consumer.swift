import LoginContracts

@testable import ValidationPipeline

/// What the consumer group does to an instance, and the records it gets.
extension SimulatedInstance {
    /// The membership that belongs to an assignment; `nil` when that is not the newest.
    func membership(of epoch: UInt64) -> SimulatedGroup.Membership? {
        epoch == self.epoch ? self.membership : nil
    }

    // MARK: Assignments

    /// The group's answer is on its way.
    func assigned(_ partitions: [Int], membership: SimulatedGroup.Membership) {
        self.lastShare += 1
        let share = self.lastShare
        self.pendingShare = share
        self.after(self.world.random.milliseconds(0...100)) { [self] in
            self.readCommitted(partitions, membership: membership, share: share)
        }
    }

    /// The committed offsets are asked for until they are stable; a revocation can come first.
    private func readCommitted(_ partitions: [Int], membership: SimulatedGroup.Membership, share: Int) {
        guard self.pendingShare == share, self.member == membership.member else { return }
        let isUnstable = partitions.contains(where: self.world.broker.isUnstable)
        if self.world.isBrokerOut || (isUnstable && self.world.mistake != .unstableOffsetsRead) {
            self.after(self.world.random.milliseconds(50...500)) { [self] in
                self.readCommitted(partitions, membership: membership, share: share)
            }
            return
        }
        self.pendingShare = nil
        self.membership = membership
        self.assign(partitions)
    }

    private func assign(_ partitions: [Int]) {
        self.epoch += 1
        self.consumed = [:]
        // Without the trail every record is looked up.
        let isDiskOut = self.world.isDiskFailing
        var assignments: [PartitionAssignment] = []
        for number in partitions {
            let committed = self.world.broker.committed[number]
            let partition = self.world.broker.log.partitions[number]
            self.consumed[number] = Consumed(position: committed?.offset ?? 0)
            let recordedThrough = isDiskOut ? .max : self.trail.recordedThrough(partition)
            assignments.append(
                PartitionAssignment(
                    partition: partition,
                    committedOffset: committed?.offset,
                    metadata: committed?.metadata ?? "",
                    recordedThrough: self.world.mistake == .lookUpSkipped ? nil : recordedThrough,
                    inDoubt: isDiskOut ? [] : self.trail.inDoubt(partition)
                )
            )
        }
        let epoch = self.epoch
        self.tell { $0.assigned(assignments, epoch: epoch, now: $1) }
    }

    // MARK: Revocations

    /// A rebalance has begun; the member hears of it with its next heartbeat.
    func mustRejoin(member: Int) {
        self.after(self.world.random.milliseconds(0...500)) { [self] in
            guard self.member == member, self.world.group.awaits(member) else { return }
            self.giveUpPartitions { [self] in self.world.group.joined(member) }
        }
    }

    /// The group has gone on without us: everything is lost, and we come back as a new member.
    func expelled() {
        let member = self.member
        self.giveUpPartitions { [self] in
            // Told twice, it comes back once.
            if self.member == member { self.member = self.world.group.join(self) }
        }
    }

    private func giveUpPartitions(then released: @escaping () -> Void) {
        self.pendingShare = nil
        // A later notice while the consumer's thread still waits comes after it.
        if let earlier = self.released {
            self.released = {
                earlier()
                released()
            }
            return
        }
        guard self.machine != nil, !self.consumed.isEmpty else { return released() }
        let partitions = self.consumed.keys.sorted().map { self.world.broker.log.partitions[$0] }
        self.consumed = [:]
        self.released = released
        let epoch = self.epoch
        self.after(Self.maximumRevocationHold) { [self] in if self.epoch == epoch { self.release() } }
        self.tell { $0.revoked(partitions, epoch: epoch, now: $1) }
    }

    /// The consumer's thread waits no longer for the running transaction; then the group's generation fences it.
    static let maximumRevocationHold = Duration.seconds(30)

    func release() {
        let released = self.released
        self.released = nil
        released?()
    }

    // MARK: Records

    /// Delivers soon what the partition has and the engine wants.
    func scheduleDelivery(_ number: Int) {
        guard let consumed = self.consumed[number], consumed.demand > 0, !consumed.isScheduled,
            !self.world.broker.log.fetch(number, from: consumed.position, limit: 1).isEmpty
        else { return }
        self.consumed[number]?.isScheduled = true
        let epoch = self.epoch
        let fetched = self.world.broker.log.fetch(number, from: consumed.position, limit: self.world.random.int(1...20))
        let isSlow = self.world.random.chance(0.05)
        self.after(self.world.random.milliseconds(isSlow ? 20...3000 : 0...20)) { [self] in
            if self.epoch == epoch { return self.deliver(number) }
            // What was fetched for an assignment that is gone comes too late.
            let isLate = self.world.random.chance(0.3)
            let isWanted = self.consumed[number].map { $0.demand >= fetched.count } ?? false
            let isTaken = self.world.mistake == .epochNotChecked && isWanted
            if isTaken, let last = fetched.last {
                self.consumed[number]?.position = last.record.offset + 1
                self.consumed[number]?.demand -= fetched.count
            }
            if isTaken || isLate { self.hand(fetched, of: number, epoch: isTaken ? self.epoch : epoch) }
        }
    }

    private func deliver(_ number: Int) {
        guard let consumed = self.consumed[number] else { return }
        self.consumed[number]?.isScheduled = false
        if self.world.isBrokerOut {
            self.after(self.world.random.milliseconds(100...1000)) { [self] in self.scheduleDelivery(number) }
            return
        }
        var position = consumed.position
        if let first = consumed.first, self.world.random.chance(0.02) {
            // Fetching went wrong and began again a little earlier.
            position = max(first, position - Int64(self.world.random.int(1...5)))
        }
        let limit = min(consumed.demand, self.world.random.int(1...20))
        let logins = self.world.broker.log.fetch(number, from: position, limit: limit)
        guard let last = logins.last else { return }
        self.consumed[number]?.position = max(consumed.position, last.record.offset + 1)
        self.consumed[number]?.first = consumed.first ?? logins.first?.record.offset
        self.consumed[number]?.demand -= logins.count
        self.hand(logins, of: number, epoch: self.epoch)
        self.scheduleDelivery(number)
    }

    private func hand(_ logins: [IncomingLogin], of number: Int, epoch: UInt64) {
        let logins = self.world.mistake == .keyOrderIgnored ? logins.map(\.withKeyOfItsOwn) : logins
        let partition = self.world.broker.log.partitions[number]
        self.tell { $0.received(logins, of: partition, epoch: epoch, now: $1) }
    }
}

extension IncomingLogin {
    /// The same record as somebody sees it who does not know what orders records.
    fileprivate var withKeyOfItsOwn: IncomingLogin {
        var record = self.record
        record.key = Array("\(record.offset)".utf8)
        return IncomingLogin(
            record: record,
            identity: self.identity,
            content: self.content,
            tokenFingerprint: self.tokenFingerprint,
            platformHost: self.platformHost
        )
    }
}
