import CRDKafka
import Dispatch

extension ConsumerLoop {
    /// Leaves the group, until the deadline of the stop.
    ///
    /// librdkafka revokes the assignment through the group's queue, then leaves; both need the queue to be polled. If
    /// the deadline has passed already, closing is not begun: the partitions are given up as lost and the group notices
    /// by `session.timeout.ms`.
    func close() {
        self.isClosing = true
        let deadline = self.control.stopDeadline ?? .now + Self.reconnectLimit
        if self.pending != nil { self.abandonPendingAssignment() }
        if ContinuousClock.now < deadline { self.leaveGroup(deadline: deadline) }
        if self.isAssigned { self.revoke(lost: true) }
    }

    private func leaveGroup(deadline: ContinuousClock.Instant) {
        if let error = rd_kafka_consumer_close_queue(self.handle.raw, self.groupQueue.raw) {
            // Only after a fatal error, which the delegate knows of.
            rd_kafka_error_destroy(error)
            return
        }
        if self.pollUntilClosed(deadline) { return }
        if self.isAssigned { self.revoke(lost: true) }
        // Once begun, closing has to end before the client can be destroyed: destroying it in between waits for a
        // rebalance that nobody serves any more. A client that does not get there is left alone, for good.
        if !self.pollUntilClosed(.now + Self.closingGrace) { self.handle.abandon() }
    }

    private func pollUntilClosed(_ deadline: ContinuousClock.Instant) -> Bool {
        while rd_kafka_consumer_closed(self.handle.raw) == 0 {
            guard ContinuousClock.now < deadline else { return false }
            self.groupQueue.markReady()
            self.pollGroup()
            guard rd_kafka_consumer_closed(self.handle.raw) == 0 else { break }
            self.control.signal.wait(until: .now() + Self.closingPollInterval)
        }
        return true
    }

    /// How long leaving the group may take when another client follows.
    private static let reconnectLimit = Duration.seconds(10)
    private static let closingPollInterval = DispatchTimeInterval.milliseconds(20)
    /// How long closing may go on after the deadline, when nothing is left but librdkafka's own steps.
    private static let closingGrace = Duration.seconds(2)
}
