import CRDKafka
import Dispatch

/// An assignment that the group has made and that waits for the committed offsets.
struct PendingAssignment {
    let partitions: [KafkaTopicPartition]
    var attempts = 0
    var nextAttempt = DispatchTime.now()
}

extension ConsumerLoop {
    /// librdkafka's rebalance callback, out of ``pollGroup()``.
    ///
    /// An assignment is only noted here: it is made by ``servePendingAssignment()`` between polls, so that fetching
    /// the committed offsets can take several attempts while the group's queue is still polled.
    func rebalance(_ code: rd_kafka_resp_err_t, _ list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?) {
        switch code {
        case RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS:
            guard self.control.stopDeadline == nil, !self.isClosing, let list else {
                rd_kafka_assign(self.handle.raw, nil)
                return
            }
            let elements = UnsafeBufferPointer(start: list.pointee.elems, count: Int(list.pointee.cnt))
            self.pending = PendingAssignment(partitions: elements.map { KafkaTopicPartition($0) })
        case RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS:
            self.revoke(lost: rd_kafka_assignment_lost(self.handle.raw) != 0)
        default:
            self.failed(KafkaError(code, while: "rebalance the group \(self.settings.groupID)"))
            self.revoke(lost: true)
        }
    }

    /// Makes the noted assignment, if its committed offsets can be had.
    func servePendingAssignment() {
        guard var pending = self.pending, DispatchTime.now() >= pending.nextAttempt else { return }
        guard rd_kafka_assignment_lost(self.handle.raw) == 0 else {
            self.abandonPendingAssignment()
            return
        }
        do throws(KafkaError) {
            let committed =
                pending.partitions.isEmpty
                ? []
                : try self.handle.committed(pending.partitions, timeout: Self.committedTimeout)
            self.pending = nil
            self.assign(committed)
        } catch {
            pending.attempts += 1
            pending.nextAttempt = .now() + Self.backOff(afterAttempts: pending.attempts)
            self.pending = pending
            self.failed(error)
        }
    }

    /// Takes the partitions' queues for itself, tells the delegate, and lets librdkafka fetch.
    private func assign(_ committed: [KafkaCommittedOffset]) {
        self.epoch += 1
        self.control.begin(epoch: self.epoch)
        for offset in committed { self.take(offset.topicPartition) }
        self.isAssigned = true
        let starts = self.delegate.consumer(self.consumer, assigned: committed, epoch: self.epoch)
        let list = PartitionList(capacity: committed.count)
        for offset in committed where self.indexes[offset.topicPartition] != nil {
            let start = starts[offset.topicPartition] ?? offset.offset
            list.add(offset.topicPartition).pointee.offset = start ?? Int64(RD_KAFKA_OFFSET_INVALID)
        }
        let code = rd_kafka_assign(self.handle.raw, list.raw)
        guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
        self.failed(KafkaError(code, while: "take the assignment of the group \(self.settings.groupID)"))
    }

    /// Makes a partition's queue this consumer's own.
    ///
    /// It is cut from the group's queue before `rd_kafka_assign`, which is what starts fetching; librdkafka leaves a
    /// forwarding alone once the application has set it.
    private func take(_ topicPartition: KafkaTopicPartition) {
        guard let queue = self.handle.queue(of: topicPartition) else {
            self.failed(KafkaError(RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, while: "consume \(topicPartition)"))
            return
        }
        rd_kafka_queue_forward(queue, nil)
        self.indexes[topicPartition] = self.partitions.count
        self.partitions.append(
            AssignedPartition(topicPartition, queue: EventQueue(queue, signal: self.control.signal))
        )
    }

    /// Gives everything up: first no more records, then the delegate, then the group.
    func revoke(lost: Bool) {
        if self.pending != nil {
            self.abandonPendingAssignment()
            return
        }
        let epoch = self.epoch
        self.control.endEpoch()
        let partitions = self.partitions
        self.partitions = []
        self.indexes = [:]
        self.firstTurn = 0
        for partition in partitions { partition.queue.disableEvents() }
        if self.isAssigned {
            self.isAssigned = false
            self.delegate.consumer(
                self.consumer,
                revoked: partitions.map(\.topicPartition),
                epoch: epoch,
                lost: lost
            )
        }
        rd_kafka_assign(self.handle.raw, nil)
        // What was fetched ahead is dropped now: nobody reads these queues any more.
        for partition in partitions {
            partition.queue.drain(self.batch)
            partition.queue.close()
        }
    }

    /// Answers the group's assignment with none: the delegate never knew of it.
    func abandonPendingAssignment() {
        self.pending = nil
        rd_kafka_assign(self.handle.raw, nil)
    }

    /// Of one attempt to fetch the committed offsets, in which the thread does nothing else.
    private static let committedTimeout = Duration.seconds(5)

    private static func backOff(afterAttempts attempts: Int) -> DispatchTimeInterval {
        .milliseconds(min(5000, 100 << min(attempts - 1, 10)))
    }
}
