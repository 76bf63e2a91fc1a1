import DequeModule
package import LoginContracts

/// A partition as the consumer group gives it to us.
package struct PartitionAssignment: Sendable {
    package var partition: SourcePartition
    /// The committed offset, `nil` when the group has none.
    package var committedOffset: Int64?
    /// The committed metadata, whoever wrote it.
    package var metadata: String
    /// The highest offset of it in the trail; `nil` when the trail has none.
    package var recordedThrough: Int64?
    /// Entries of it in the trail without a delivery: their numbers and offsets.
    package var inDoubt: [(index: Int64, offset: Int64)]

    package init(
        partition: SourcePartition,
        committedOffset: Int64?,
        metadata: String = "",
        recordedThrough: Int64? = nil,
        inDoubt: [(index: Int64, offset: Int64)] = []
    ) {
        self.partition = partition
        self.committedOffset = committedOffset
        self.metadata = metadata
        self.recordedThrough = recordedThrough
        self.inDoubt = inDoubt
    }
}

extension PipelineStateMachine {
    /// These partitions are ours from now on.
    package mutating func assigned(_ assignments: [PartitionAssignment], epoch: UInt64, now: Moment) {
        for assignment in assignments {
            // A revocation precedes the next assignment of a partition; a lost one may not have been told.
            self.drop(assignment.partition)
            var assignment = assignment
            if let given = self.givenThrough[assignment.partition] {
                assignment.recordedThrough = max(assignment.recordedThrough ?? given, given)
            }
            self.lastSlot += 1
            let slot = PartitionSlot(number: self.lastSlot)
            let progress = assignment.committedOffset.flatMap {
                CommittedProgress(offset: $0, metadata: assignment.metadata)
            }
            // An append that was reported as failed can be in the trail after all.
            if let last = assignment.inDoubt.lazy.map(\.index).max() { self.nextIndex = max(self.nextIndex, last + 1) }
            self.settle(assignment, progress: progress, now: now)
            let firstIndex = self.firstIndex(of: assignment, progress: progress)
            self.slots[assignment.partition] = slot
            self.partitions[slot] = AssignedPartition(
                partition: assignment.partition,
                ledger: PartitionLedger(epoch: epoch, committed: assignment.committedOffset, progress: progress),
                recordedThrough: assignment.recordedThrough,
                firstIndex: firstIndex ?? self.nextIndex,
                waitsForNumbers: firstIndex == nil && self.cycle.unnumberedCount > 0
            )
        }
        self.grantDemand()
        self.advance(now: now)
    }

    /// While no other trail committed in between, our turn with the partition goes on. It also does when nobody has
    /// committed anything yet: what an earlier life recorded and could not publish comes back and is ours to publish.
    ///
    /// - Returns: `nil` when our turn begins now, behind every entry there is and those that are being written.
    private func firstIndex(of assignment: PartitionAssignment, progress: CommittedProgress?) -> Int64? {
        if assignment.committedOffset == nil { return 0 }
        if let progress, progress.trailID == self.trailID { return progress.firstIndex }
        return nil
    }

    /// The entries that were being written when partitions were assigned have got their numbers.
    mutating func numbered(below nextIndex: Int64) {
        for slot in self.partitions.keys where self.partitions[slot]?.waitsForNumbers == true {
            self.partitions[slot]?.firstIndex = nextIndex
            self.partitions[slot]?.waitsForNumbers = false
        }
    }

    /// These partitions are not ours any more. Everything of theirs is dropped, except what the running transaction
    /// already carries: then the release waits for its end.
    ///
    /// Leads to ``PipelineAction/releaseRevocation(epoch:)`` with the same epoch, now or later.
    package mutating func revoked(_ partitions: [SourcePartition], epoch: UInt64, now: Moment) {
        let isPublishing = partitions.contains { partition in
            self.slots[partition].map(self.isBeingPublished) ?? false
        }
        for partition in partitions { self.drop(partition) }
        if isPublishing {
            self.heldRevocations.append(epoch)
        } else {
            self.actions.append(.releaseRevocation(epoch: epoch))
        }
        self.advance(now: now)
    }

    private mutating func drop(_ partition: SourcePartition) {
        guard let slot = self.slots.removeValue(forKey: partition) else { return }
        self.partitions.removeValue(forKey: slot)
        self.lanes.remove(partition: slot)
        for (id, flight) in self.flights where flight.slot == slot {
            self.flights.removeValue(forKey: id)
            self.release(flight.login)
        }
        for app in self.apps.values {
            app.waiting.removeAll { self.flights[$0] == nil }
            app.withheld.removeAll { self.flights[$0] == nil }
        }
        // Decided but not yet recorded: nobody has heard of it, the next owner decides.
        for item in self.decided where item.slot == slot { self.release(item.login) }
        self.decided.removeAll { $0.slot == slot }
        // The trail may be about to get these, after it was asked how far it knows the partition.
        if let last = self.cycle.highestOffset(of: slot) {
            self.givenThrough[partition] = max(self.givenThrough[partition] ?? last, last)
        }
    }

    private func isBeingPublished(_ slot: PartitionSlot) -> Bool {
        guard case .publishing(let batch) = self.cycle.state else { return false }
        return batch.items.contains { $0.slot == slot }
    }

    /// Lets go of a record's memory.
    mutating func release(_ login: IncomingLogin) {
        self.hasReleased = true
        self.heldRecords -= 1
        self.heldBytes -= login.size
    }

    /// Asks for as many records of every partition as there is room for.
    mutating func grantDemand() {
        for slot in self.partitions.keys.sorted(by: { $0.number < $1.number }) { self.grantDemand(slot) }
    }

    mutating func grantDemand(_ slot: PartitionSlot) {
        guard case .running = self.phase, self.heldRecords < self.configuration.maximumRecords,
            self.heldBytes < self.configuration.maximumRecordBytes, var assigned = self.partitions[slot]
        else { return }
        // With nobody to ask, the events wait in Kafka, but for some to probe with.
        if self.isPlatformDown, assigned.ledger.open.count + assigned.demand >= CommittedProgress.maximumDemand {
            return
        }
        let wanted = min(CommittedProgress.maximumDemand, assigned.ledger.room) - assigned.demand
        // Small top-ups are not worth a wake-up of the consumer's thread while it still has something to do.
        guard wanted > 0, assigned.demand < CommittedProgress.maximumDemand / 2 else { return }
        assigned.demand += wanted
        self.partitions[slot] = assigned
        self.actions.append(.demand(assigned.partition, epoch: assigned.ledger.epoch, records: wanted))
    }
}

extension IncomingLogin {
    /// What the record weighs against ``PipelineConfiguration/maximumRecordBytes``.
    var size: Int { (self.record.key?.count ?? 0) + (self.record.value?.count ?? 0) }
}
