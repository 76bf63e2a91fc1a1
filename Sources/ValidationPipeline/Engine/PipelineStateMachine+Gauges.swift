package import LoginContracts

/// How far one assigned partition has got, for whoever watches that it goes on.
package struct PartitionGauges: Hashable, Sendable {
    package var partition: SourcePartition
    /// The number of its assignment.
    package var epoch: UInt64
    /// The offset of the next record that is expected.
    package var position: Int64
    /// Records received and not completed yet.
    package var unfinished: Int
    /// Of those, the ones that wait for their next attempt.
    package var waitingRetries: Int

    package init(
        partition: SourcePartition,
        epoch: UInt64,
        position: Int64,
        unfinished: Int = 0,
        waitingRetries: Int = 0
    ) {
        self.partition = partition
        self.epoch = epoch
        self.position = position
        self.unfinished = unfinished
        self.waitingRetries = waitingRetries
    }
}

extension PipelineStateMachine {
    /// Every assigned partition, in no order.
    package var partitionGauges: [PartitionGauges] {
        var waiting: [PartitionSlot: Int] = [:]
        for flight in self.flights.values where flight.state == .backingOff { waiting[flight.slot, default: 0] += 1 }
        return self.partitions.map { slot, assigned in
            PartitionGauges(
                partition: assigned.partition,
                epoch: assigned.ledger.epoch,
                position: assigned.ledger.end,
                unfinished: assigned.ledger.open.count,
                waitingRetries: waiting[slot] ?? 0
            )
        }
    }
}
