import CRDKafka
package import Logging
import Synchronization

/// Produces records, either in transactions or at least once.
///
/// Every call blocks and is meant for one thread of the caller's; librdkafka's callbacks run on that thread, inside of
/// these calls. ``close()`` may come from any thread.
///
/// Idempotence and `acks=all` always hold. Records with equal keys go to the partition that the Java clients choose too
/// (`partitioner=murmur2_random`, unless the properties say otherwise).
package final class KafkaProducer: Sendable {
    private let handle: Mutex<LibraryHandle?>
    let deliveries: DeliveryLedger
    let mode: Mode

    /// What is promised about the records.
    package enum Mode: Hashable, Sendable {
        /// Records and offsets become visible together, or not at all. One living producer for an id: the next one
        /// fences it.
        case transactional(id: String)
        /// Each record is written once and in order as long as this producer lives; an error leaves open which of the
        /// last records were written.
        case idempotent
    }

    /// Makes a producer that has not connected yet.
    ///
    /// - Parameters:
    ///   - configuration: how to reach the cluster.
    ///   - mode: what is promised about the records.
    ///   - transactionTimeout: after this the broker aborts a transaction that has not ended
    ///     (`transaction.timeout.ms`; the broker allows 15 minutes by default).
    ///   - logger: what librdkafka says goes there, its information as debugging.
    /// - Throws: ``KafkaError/Code/configuration`` for a property that is refused or that does not fit the others.
    package init(
        configuration: KafkaConfiguration,
        mode: Mode,
        transactionTimeout: Duration = .seconds(60),
        logger: Logger
    ) throws(KafkaError) {
        try configuration.validate()
        if case .transactional(let id) = mode, id.isEmpty {
            throw KafkaConfiguration.problem("transactional.id", "is empty. Give the producer an id of its own")
        }
        let context = LibraryContext(logger: logger)
        self.handle = Mutex(
            try LibraryHandle(
                RD_KAFKA_PRODUCER,
                properties: configuration.producerProperties(mode, transactionTimeout: transactionTimeout),
                configuration: configuration,
                context: context
            )
        )
        self.deliveries = context.deliveries
        self.mode = mode
    }

    deinit {
        self.close()
    }

    /// Ends the producer; records that were not delivered are dropped. Idempotent.
    ///
    /// An open transaction is not aborted here: the broker does so at the transaction's timeout, or as soon as the next
    /// producer with the same id initialises.
    package func close() {
        guard let handle = self.handle.withLock({ $0.take() }) else { return }
        rd_kafka_purge(
            handle.raw,
            RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING
        )
        rd_kafka_poll(handle.raw, 0)
    }

    /// The client, for the time of one call.
    func client(
        _ action: @autoclosure () -> String,
        file: String = #fileID,
        line: Int = #line
    ) throws(KafkaError) -> LibraryHandle {
        guard let handle = self.handle.withLock({ $0 }) else {
            throw KafkaError.closed(while: action(), file: file, line: line)
        }
        return handle
    }
}
