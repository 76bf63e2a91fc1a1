/// A simulated consumer group with eager rebalances: everybody gives everything up, then everybody gets a share.
final class SimulatedGroup {
    private unowned let world: SimulatedWorld
    private(set) var generation = 0
    private var members: [Member] = []
    /// Members that have joined the rebalance under way; `nil` when none is.
    private var joined: Set<Int>?
    private var isCompleting = false
    private var lastMember = 0

    private struct Member {
        var id: Int
        let instance: Int
        var share: [Int] = []
    }

    /// What a member sends along with offsets.
    struct Membership: Hashable {
        let member: Int
        let generation: Int
    }

    init(world: SimulatedWorld) {
        self.world = world
    }

    func contains(_ member: Int) -> Bool { self.members.contains { $0.id == member } }

    /// Whether offsets that are sent with it count. Those sent without any always do.
    func accepts(_ membership: Membership?) -> Bool {
        guard let membership else { return true }
        return membership.generation == self.generation && self.contains(membership.member)
    }

    /// Whether the rebalance under way waits for that member.
    func awaits(_ member: Int) -> Bool {
        self.joined.map { self.contains(member) && !$0.contains(member) } ?? false
    }

    // MARK: Members

    /// An instance comes, and is told of its share later.
    ///
    /// - Returns: its name in the group, never used twice.
    func join(_ instance: SimulatedInstance) -> Int {
        self.lastMember += 1
        let id = self.lastMember
        if self.world.scenario.isStaticMembership,
            let known = self.members.firstIndex(where: { $0.instance == instance.number })
        {
            // It comes back in its own place; whatever its earlier life still sends is refused.
            self.members[known].id = id
            if self.joined == nil {
                instance.assigned(
                    self.members[known].share,
                    membership: Membership(member: id, generation: self.generation)
                )
                return id
            }
        } else {
            self.members.append(Member(id: id, instance: instance.number))
            self.rebalance()
        }
        self.joined(id)
        return id
    }

    /// The member has left, or was not heard of for too long.
    func remove(_ member: Int) {
        guard self.contains(member) else { return }
        self.members.removeAll { $0.id == member }
        self.joined?.remove(member)
        self.rebalance()
    }

    // MARK: Rebalances

    /// Everybody hears of it with a heartbeat.
    func rebalance() {
        if self.joined == nil {
            self.joined = []
            for member in self.members { self.world.instances[member.instance].mustRejoin(member: member.id) }
        }
        self.complete()
    }

    /// The member has given up what it had.
    func joined(_ member: Int) {
        guard self.contains(member), self.joined != nil else { return }
        self.joined?.insert(member)
        self.complete()
    }

    private var isComplete: Bool { self.joined != nil && !self.members.contains { self.awaits($0.id) } }

    private func complete() {
        guard self.isComplete, !self.isCompleting else { return }
        self.isCompleting = true
        self.world.after(self.world.random.milliseconds(1...300)) { [self] in
            self.isCompleting = false
            guard self.isComplete else { return }
            self.joined = nil
            self.generation += 1
            self.assign()
        }
    }

    private func assign() {
        guard !self.members.isEmpty else { return }
        let shift = self.world.random.int(0...(self.members.count - 1))
        for position in self.members.indices { self.members[position].share = [] }
        for partition in self.world.broker.log.partitions.indices {
            self.members[(partition + shift) % self.members.count].share.append(partition)
        }
        for member in self.members {
            self.world.instances[member.instance].assigned(
                member.share,
                membership: Membership(member: member.id, generation: self.generation)
            )
        }
    }

    var description: String {
        let members = self.members.map { "\($0.id) of instance\($0.instance) has \($0.share)" }
        return "generation \(self.generation), members: \(members), joined: \(self.joined.map { $0.sorted() } ?? [])"
    }
}
