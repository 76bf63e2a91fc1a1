import CRDKafka

extension ConsumerLoop {
    /// Adds the demand that other threads have left to the partitions'.
    func acceptDemand() {
        self.control.takeDemand { topicPartition, records in
            guard let index = self.indexes[topicPartition] else { return }
            let (sum, overflow) = self.partitions[index].demand.addingReportingOverflow(records)
            self.partitions[index].demand = overflow ? .max : sum
        }
    }

    /// Gives each partition with demand and records one turn of at most a batch.
    ///
    /// The first turn moves on from round to round, so that no partition is always the first after a pause.
    ///
    /// - Returns: whether there is more to deliver now.
    func deliverRound() -> Bool {
        let count = self.partitions.count
        guard count > 0 else { return false }
        let epoch = self.epoch
        var hasMore = false
        self.firstTurn = (self.firstTurn + 1) % count
        for turn in 0..<count {
            let index = (self.firstTurn + turn) % count
            let demand = self.partitions[index].demand
            guard demand > 0, self.partitions[index].queue.takeReady() else { continue }
            let limit = min(demand, self.batch.count)
            let taken = self.deliver(self.partitions[index], limit: limit)
            // Only a revocation, out of pollGroup(), changes the partitions: never the delegate.
            self.partitions[index].demand -= taken.records
            if taken.messages == limit {
                // The queue may hold more, and then its event does not come again.
                self.partitions[index].queue.markReady()
                if self.partitions[index].demand > 0 { hasMore = true }
            }
        }
        assert(epoch == self.epoch)
        // Demand that the delegate added while it received is a signal too, so the next wait returns at once.
        return hasMore
    }

    /// Takes what is in a partition's queue, at most `limit`, and hands it over.
    private func deliver(_ partition: AssignedPartition, limit: Int) -> (messages: Int, records: Int) {
        let messages = partition.queue.read(into: self.batch, limit: limit)
        guard messages > 0 else { return (0, 0) }
        var records: [KafkaRecord] = []
        records.reserveCapacity(messages)
        for index in 0..<messages {
            guard let message = self.batch[index] else { continue }
            if message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR {
                records.append(KafkaRecord(message, of: partition.topicPartition))
            } else if message.pointee.err != RD_KAFKA_RESP_ERR__PARTITION_EOF {
                self.failed(KafkaError(message: message.pointee, of: partition.topicPartition))
            }
            rd_kafka_message_destroy(message)
        }
        if !records.isEmpty {
            self.delegate.consumer(
                self.consumer,
                received: records,
                of: partition.topicPartition,
                epoch: self.epoch
            )
        }
        return (messages, records.count)
    }
}
