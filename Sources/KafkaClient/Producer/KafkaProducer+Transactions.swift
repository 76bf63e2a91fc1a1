import CRDKafka

/// The life of a transaction: begin, produce, send offsets, then commit or abort.
///
/// After an error look first whether it must abort, then whether it can be retried (the same call, the same arguments),
/// then whether it is fatal. After a commit whose result stays unknown, close the producer and make a new one:
/// initialising it ends what the old one left.
extension KafkaProducer {
    /// Gets the transactional id from the coordinator; fences every other producer that has it and ends its transaction.
    ///
    /// Once, before the first transaction. Retriable when it times out.
    package func initializeTransactions(timeout: Duration) throws(KafkaError) {
        try self.transaction("initialise transactions") { rd_kafka_init_transactions($0, timeout.milliseconds) }
    }

    /// Begins a transaction; nothing is sent yet.
    package func beginTransaction() throws(KafkaError) {
        self.deliveries.reset()
        try self.transaction("begin a transaction") { rd_kafka_begin_transaction($0) }
    }

    /// Adds the offsets of a consumer to the transaction.
    ///
    /// - Parameters:
    ///   - offsets: the next to consume, for each partition that the transaction is about.
    ///   - group: taken from the consumer for this transaction; the broker refuses an old generation.
    ///   - timeout: how long to block.
    /// - Throws: ``KafkaError/Code/membershipLost`` (must abort) when the group has rebalanced since `group` was taken.
    package func sendOffsets(
        _ offsets: [KafkaOffsetCommit],
        group: KafkaGroupMetadata,
        timeout: Duration
    ) throws(KafkaError) {
        guard !offsets.isEmpty else { return }
        let list = PartitionList(offsets)
        try self.transaction("send the offsets to the transaction") {
            rd_kafka_send_offsets_to_transaction($0, list.raw, group.raw, timeout.milliseconds)
        }
    }

    /// Waits for every record of the transaction to be written, then commits it: the commit point of an exactly-once
    /// cycle.
    ///
    /// When it returns, records and offsets are visible together and durable. When it throws a retriable error the
    /// result is unknown until the same call succeeds.
    package func commitTransaction(timeout: Duration) throws(KafkaError) {
        try self.transaction("commit the transaction") { rd_kafka_commit_transaction($0, timeout.milliseconds) }
    }

    /// Takes back what the transaction has produced: nobody who reads committed records ever sees it.
    package func abortTransaction(timeout: Duration) throws(KafkaError) {
        try self.transaction("abort the transaction") { rd_kafka_abort_transaction($0, timeout.milliseconds) }
    }

    private func transaction(
        _ action: String,
        file: String = #fileID,
        line: Int = #line,
        _ call: (OpaquePointer) -> OpaquePointer?
    ) throws(KafkaError) {
        let client = try self.client(action, file: file, line: line)
        guard let error = call(client.raw) else { return }
        throw KafkaError(consuming: error, while: action, file: file, line: line)
    }
}
